import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEntry } from '../../benchmarks/submission/entry.ts'
import submit from '../../cli/submit.ts'
import { sha256File } from '../../io/files.ts'
import { writeParquet } from '../../io/parquet.ts'
import { GRID, makeOperators, temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from './printed.ts'

describe('fieldrank submit', function () {
  this.timeout(240_000) // starts child processes; a loaded machine takes its time
  let folder = ''
  const at = (...path: string[]) => join(folder, ...path)
  const defaults = {
    loss: 'none',
    seed: '0',
    parameters: '0',
    params: '{}',
    seconds: '120',
    memory: '4096',
    profile: 'toy',
  }
  const run = (file: string, options: object = {}) => {
    const given = { dataset: 'toy-fields', model: 'My Operator', by: 'A. Name' }
    return printed(() =>
      submit.run([file], { ...defaults, data: at('data'), to: at('to'), ...given, ...options }),
    )
  }
  const refuses = (file: string, options: object, message: RegExp) =>
    assert.rejects(run(file, options), { name: 'UserError', message })

  before(async () => {
    folder = await temporary()
    await makeOperators(at('data/toy/datasets/operators/toy-fields'))
    const x = new Float32Array(5 * GRID * GRID)
    const schema = {
      row: { type: 'i32', shape: [], about: '' },
      x: { type: 'f32', shape: [GRID, GRID], about: '' },
    } as const
    const row = Int32Array.of(4, 3, 2, 1, 0)
    await writeParquet(at('mine.parquet'), schema, { rows: 5, data: { row, x } })
    await writeParquet(at('short.parquet'), schema, {
      rows: 4,
      data: { row: row.subarray(1), x: x.subarray(GRID * GRID) },
    })
  })

  it('writes the entry, its predictions by their hash, and the schema', async () => {
    const { code, text } = await run(at('mine.parquet'), { cite: 'arXiv:2406.04709' })
    assert.equal(code, 0)
    assert.match(text, /relative-l2 +1\.00 ± 0\n/) // predicting 0 scores 1 by definition
    assert.match(text, /scored on 5 test rows\nwrote .*my-operator_toy-fields\.json\n$/)
    const entry = await readEntry(at('to/operators/my-operator_toy-fields.json'))
    assert.deepEqual(entry.by, { name: 'A. Name' })
    assert.equal(entry.manifest, await sha256File(at('data/toy/datasets/operators/toy-fields/manifest.json')))
    assert.equal(await sha256File(at('to/operators', entry.predictions.path)), entry.predictions.sha256)
    assert.equal(entry.scores['relative-l2']!.value, 1)
    assert.deepEqual((await readdir(at('to'))).sort(), ['operators', 'schema.json'])
  })

  it('never writes over another, nor over its own without a word', async () => {
    const path = at('to/operators/my-operator_toy-fields.json')
    const before = await readFile(path, 'utf8')
    await refuses(at('mine.parquet'), { by: 'Somebody' }, /taken by A\. Name.*\[name-taken\]$/)
    await refuses(at('mine.parquet'), {}, /--replace "<why>".*\[replace-why\]$/)
    assert.equal(await readFile(path, 'utf8'), before)
    await run(at('mine.parquet'), { replace: 'a better seed', seed: '3', name: 'my-operator_toy-fields' })
    const { replaces, submitted, predictions } = await readEntry(path)
    assert.deepEqual(replaces, [
      { submitted: JSON.parse(before).submitted, sha256: predictions.sha256, why: 'a better seed' },
    ])
    assert.ok(submitted > replaces![0]!.submitted)
  })

  it('says what is wrong by rule, and leaves nothing behind', async () => {
    await mkdir(at('folder.parquet'))
    await symlink(at('mine.parquet'), at('link.parquet'))
    await writeFile(at('zip.parquet'), 'PK\x03\x04 and more')
    const to = at('none')
    await refuses(at('gone.parquet'), { to }, /no such file.*\[file-exists\]$/)
    await refuses(at('folder.parquet'), { to }, /\[file-plain\]$/)
    await refuses(at('link.parquet'), { to }, /is a link.*\[file-no-link\]$/)
    await refuses(
      at('zip.parquet'),
      { to },
      /submission my-operator_toy-fields: this is a zip archive.*\[not-zip\]$/,
    )
    await refuses(at('short.parquet'), { to }, /\(row 4 is missing\) \[key-missing\]$/)
    await refuses(at('mine.parquet'), { to, url: 'http://example.org' }, /must be https \[url-https\]$/)
    await refuses(at('mine.parquet'), { to, track: 'recommenders' }, /\[dataset-track\]$/)
    await refuses(at('mine.parquet'), { to, by: undefined }, /--by is missing/)
    await refuses(at('mine.parquet'), { to, memory: '1' }, /took more than 1 MiB of memory/)
    const left = await readdir(to, { recursive: true }).catch(() => [])
    assert.deepEqual(left, [])
  })
})
