import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEntry } from '../../benchmarks/submission/entry.ts'
import submit from '../../cli/submit.ts'
import { sha256File } from '../../io/files.ts'
import { writeParquet } from '../../io/parquet.ts'
import { expand } from '../../pipelines/expand.ts'
import { loadPipeline } from '../../pipelines/load.ts'
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

  it('says where it would stand on a published board, by means', async () => {
    const score = (value: number) => ({ 'relative-l2': { value, stderr: 0.01, rows: 5 } })
    const dataset = { name: 'toy-fields', version: '1.0.0', about: 'a newer board says more' }
    const line = (rank: number | null, model: string, value: number) => ({
      ...{ rank, model, loss: 'l2', scores: score(value) },
    })
    const lines = [line(1, 'good\u001B[31m', 0.2), line(2, 'bad', 3), line(null, 'bound', 0)]
    const metrics = [{ name: 'relative-l2', better: 'lower' }]
    const board = { track: 'operators', profile: 'small', standings: [{ dataset, metrics, lines }] }
    await writeFile(at('board.json'), JSON.stringify(board))
    const { text } = await run(at('mine.parquet'), { board: at('board.json'), name: 'placed' }) // scores 1 ± 0
    assert.match(
      text,
      /rank 2 of 3 in relative-l2 on the board of profile small, .*\(ranks 2 to 2 are not excluded\)\n/,
    )
    assert.match(text, /behind good\uFFFD\[31m · l2 by 0\.800, p = /)
    const to = at('unplaced') // and nothing is written where the board is wrong
    await refuses(at('mine.parquet'), { to, board: at('gone.json') }, /--board: no such file/)
    await writeFile(at('old.json'), JSON.stringify(board).replace('1.0.0', '0.9.0'))
    await refuses(
      at('mine.parquet'),
      { to, board: at('old.json') },
      /toy-fields is version 0\.9\.0, here is 1\.0\.0/,
    )
    await writeFile(at('other.json'), JSON.stringify(board).replace('toy-fields', 'other'))
    await refuses(
      at('mine.parquet'),
      { to, board: at('other.json') },
      /no table of operators on toy-fields \(it has operators: other\)/,
    )
    await writeFile(at('words.json'), '{"track": 1}')
    await refuses(at('mine.parquet'), { to, board: at('words.json') }, /--board: track/)
    assert.deepEqual(await readdir(to).catch(() => []), [])
  })

  it('has examples whose datasets are of the profile, and on the board, that they name', async () => {
    for (const line of submit.examples!) {
      const flag = (name: string) => new RegExp(`--${name} (\\S+)`).exec(line)?.[1]
      const [dataset, board] = [flag('dataset'), flag('board')]
      const stages = expand(loadPipeline('pipeline.yaml', flag('profile') ?? 'smoke'))
      assert.ok(
        stages.some(({ outs }) => outs.includes(`datasets/operators/${dataset}`)),
        line,
      )
      if (board === undefined) continue
      const { standings } = JSON.parse(await readFile(board, 'utf8')) as {
        standings: { dataset: { name: string } }[]
      }
      assert.ok(
        standings.some((one) => one.dataset.name === dataset),
        line,
      )
    }
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
