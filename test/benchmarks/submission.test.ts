import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LIST } from '../../benchmarks/lists.ts'
import {
  checkPredictions,
  readCost,
  readPredictions,
  readSubmission,
  writeCost,
  writeSubmission,
} from '../../benchmarks/submission.ts'
import { loadTrack } from '../../benchmarks/track.ts'
import type { Columns, Submission } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { writeParquet } from '../../io/parquet.ts'
import { temporary } from './toy-datasets.ts'

const submission: Submission = {
  about: 'A test',
  cite: 'arXiv:2010.08895',
  track: 'operators',
  dataset: { name: 'toy', version: '1.0.0' },
  method: {
    model: 'fno',
    loss: 'mse',
    params: { budget: { epochs: 2, list: [1, null] } },
    seed: 0,
    parameters: 12,
  },
  predictions: {
    path: 'predictions.parquet',
    sha256: 'a'.repeat(64),
    bytes: 10,
    url: 'https://example.org/p.parquet',
  },
  by: { name: 'A. Name', url: 'https://example.org' },
  made: { version: '0.1.0' },
}
const cost = {
  trainSeconds: 1.5,
  predictSeconds: 0,
  peakBytes: null,
  device: 'cpu',
  threads: 1,
  date: '2025-01-01T00:00:00.000Z',
}

describe('benchmarks/submission: the files', () => {
  it('reads back what it wrote, to the byte', async () => {
    const folder = await temporary()
    const path = join(folder, 'run.json')
    await writeSubmission(path, submission)
    const text = await readFile(path, 'utf8')
    assert.deepEqual(await readSubmission(path), submission)
    await writeSubmission(path, await readSubmission(path))
    assert.equal(await readFile(path, 'utf8'), text)
    await writeCost(join(folder, 'cost.json'), cost)
    assert.deepEqual(await readCost(join(folder, 'cost.json')), cost)
  })

  it('is strict, and says where', async () => {
    const folder = await temporary()
    const path = join(folder, 'run.json')
    const refuses = async (change: (s: { [key: string]: unknown }) => unknown, message: RegExp) => {
      await writeFile(path, JSON.stringify(change(JSON.parse(JSON.stringify(submission)))))
      await assert.rejects(
        readSubmission(path),
        (error) => error instanceof UserError && message.test(error.message),
      )
    }
    await refuses((s) => ({ ...s, score: 1 }), /run\.json: Unrecognized key: "score"/)
    await refuses(({ by, ...s }) => s, /run\.json: by: expected object, received undefined/)
    await refuses(
      (s) => ({ ...s, method: { ...(s.method as object), seed: 0.5 } }),
      /method\.seed: expected int/,
    )
    const file = (path: string) => (s: object) => ({ ...s, predictions: { ...submission.predictions, path } })
    await refuses(file('../../etc/passwd'), /predictions\.path: must be a path inside the folder/)
    await refuses(file('/etc/passwd'), /predictions\.path: must be a path inside the folder/)
    await refuses(file('C:\\x'), /predictions\.path: must be a path inside the folder/)
    const hash = (sha256: string) => (s: object) => ({
      ...s,
      predictions: { ...submission.predictions, sha256 },
    })
    await refuses(hash('A'.repeat(64)), /predictions\.sha256: must be 64 hexadecimal digits/)
    await refuses((s) => ({ ...s, by: { name: 'x', url: 'javascript:alert(1)' } }), /by\.url/)
    await writeFile(path, '{ "about": ')
    await assert.rejects(readSubmission(path), /run\.json is not valid JSON/)
    await assert.rejects(readSubmission(join(folder, 'none.json')), /none\.json: no such file/)
  })

  it('does not write what it would not read', async () => {
    const path = join(await temporary(), 'run.json')
    await assert.rejects(writeSubmission(path, { ...submission, about: '' }), /run\.json: about/)
  })

  it('reads predictions by their hash', async () => {
    const folder = await temporary()
    const schema = (await loadTrack('operators')).predictions({ grid: 1 })
    const columns = { rows: 2, data: { row: Int32Array.of(0, 1), x: Float32Array.of(3, 4) } }
    const { path, sha256, bytes } = await writeParquet(join(folder, 'predictions.parquet'), schema, columns)
    const written = { ...submission, predictions: { path, sha256, bytes } }
    assert.deepEqual(await readPredictions(join(folder, 'run.json'), written, schema), columns)
    await assert.rejects(
      readPredictions(join(folder, 'run.json'), submission, schema),
      new RegExp(`predictions.parquet: sha256 is ${sha256.slice(0, 8)}…, run.json says aaaaaaaa…`),
    )
    const gone = { ...submission, predictions: { ...submission.predictions, path: 'gone.parquet' } }
    await assert.rejects(
      readPredictions(join(folder, 'run.json'), gone, schema),
      /gone.parquet: no such file/,
    )
  })
})

describe('benchmarks/submission: the predictions', () => {
  const flaw = async (track: string, predictions: Columns, truth: Columns) => {
    const facts = { grid: 2, items: 9 }
    try {
      checkPredictions('submission x', predictions, { track: await loadTrack(track), truth, facts })
      return null
    } catch (error) {
      assert.ok(error instanceof UserError, String(error))
      return error.message
    }
  }
  const fields = (...rows: number[]): Columns => ({
    rows: rows.length,
    data: { row: Int32Array.from(rows), x: new Float32Array(rows.length * 4) },
  })

  it('takes the rows of the truth in any order', async () => {
    assert.equal(await flaw('operators', fields(2, 0, 1), fields(0, 1, 2)), null)
  })

  it('names the row that is missing, double or unknown', async () => {
    const truth = fields(0, 1, 2)
    assert.equal(
      await flaw('operators', fields(0, 2), truth),
      'submission x: 2 rows, the test split has 3 (row 1 is missing)',
    )
    assert.equal(
      await flaw('operators', fields(0, 1, 1), truth),
      'submission x: 3 rows, the test split has 3 (row 1 is there twice)',
    )
    assert.equal(
      await flaw('operators', fields(0, 1, 3), truth),
      'submission x: row 3 is not in the test split',
    )
  })

  it('names the row that is not finite', async () => {
    const predictions = fields(1, 0)
    ;(predictions.data.x as Float32Array)[5] = Number.NaN
    assert.equal(
      await flaw('operators', predictions, fields(0, 1)),
      "submission x: column 'x' of row 0 holds NaN, expected finite numbers",
    )
  })

  it('names the column that does not fit', async () => {
    const wide = { rows: 1, data: { row: Int32Array.of(0), x: new Float32Array(9) } }
    assert.equal(
      await flaw('operators', wide, fields(0)),
      "submission x: column 'x' has 9 values, expected 4",
    )
  })

  it('looks into lists', async () => {
    const items = new Int32Array(2 * LIST)
    items.set([3, 4, 3], LIST)
    const user = Int32Array.of(5, 6)
    const truth = { rows: 2, data: { user, target: Int32Array.of(1, 1) } }
    const said = await flaw('recommenders', { rows: 2, data: { user, items } }, truth)
    assert.equal(said, 'submission x: user 6: item 3 is listed twice')
  })
})
