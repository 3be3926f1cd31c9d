import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadMeasure } from '../../benchmarks/measure.ts'
import { score, scoreColumns } from '../../benchmarks/score.ts'
import { writeSubmission } from '../../benchmarks/submission.ts'
import { loadTrack } from '../../benchmarks/track.ts'
import type { Columns, Submission } from '../../contracts.ts'
import { take } from '../../io/columns.ts'
import { readParquet, writeParquet } from '../../io/parquet.ts'
import { permutation } from '../../math/permutation.ts'
import { rng } from '../../math/rng.ts'
import { fieldRows, GRID, makeOperators, temporary } from './toy-datasets.ts'

describe('benchmarks/score', () => {
  it('scores a hand-worked case, with its standard error', async () => {
    // Errors ‖x̂ − x‖ / ‖x‖: 5/5 = 1 for (0,0) against (3,4); 0; 1/2. Mean ½, s = ½, stderr ½/√3.
    const truth = fields([0, 1, 2], [3, 4, /**/ 1, 1, /**/ 0, 2])
    const predictions = fields([0, 1, 2], [0, 0, /**/ 1, 1, /**/ 0, 1])
    const { scores, better, rows } = await scored(predictions, truth)
    assert.equal(scores['relative-l2']!.value, 0.5)
    assert.equal(scores['relative-l2']!.rows, 3)
    assert.equal(scores['relative-l2']!.stderr, Math.sqrt(0.25 / 3))
    assert.deepEqual(better, { 'relative-l2': 'lower', 'max-error': 'lower' })
    assert.deepEqual(rows.columns.data['relative-l2'], Float64Array.of(1, 0, 0.5))
    assert.deepEqual(Object.keys(rows.schema), ['row', 'relative-l2', 'max-error'])
  })

  it('has no standard error of one row', async () => {
    const { scores } = await scored(fields([0], [1, 0]), fields([0], [1, 1]))
    assert.equal(scores['relative-l2']!.stderr, null)
  })

  const seed = 23
  it(`gives the same digits whatever the order of the rows (seed ${seed})`, async () => {
    const stream = rng(seed)
    const ids = Array.from({ length: 101 }, (_, row) => row)
    const normals = () => Array.from({ length: 202 }, () => stream.normal())
    const [predictions, truth] = [fields(ids, normals()), fields(ids, normals())]
    const straight = await scored(predictions, truth)
    for (let trial = 0; trial < 5; trial++) {
      const shuffle = (columns: Columns) => take(columns, permutation(101, stream))
      assert.deepEqual(await scored(shuffle(predictions), shuffle(truth)), straight)
    }
  })

  it('names the row whose score is no number', async () => {
    await assert.rejects(
      scored(fields([7, 8], [1, 1, 1, 1]), fields([7, 8], [1, 1, 0, 0])),
      /UserError: metric relative-l2: row 8 has Infinity/,
    )
  })

  it('writes scores.json and rows.parquet of a run', async () => {
    const { root, request, folders } = await aRun()
    const facts = await score(request, folders)
    const written = JSON.parse(await readFile(join(root, 'scores', 'scores.json'), 'utf8'))
    const { track, dataset, version, model, loss } = written
    assert.deepEqual(
      [track, dataset, version, model, loss, written.seed],
      ['operators', 'toy-fields', '1.0.0', 'zero', 'none', 0],
    )
    assert.deepEqual(written.scores['relative-l2'], { value: 1, stderr: 0, rows: 5, median: 1, p95: 1 }) // predicting 0 errs by all there is
    assert.equal(facts['max-error'], written.scores['max-error'].value)
    const rows = await readParquet(join(root, 'scores', 'rows.parquet'))
    assert.deepEqual(rows.data.row, Int32Array.of(0, 1, 2, 3, 4))
    assert.deepEqual(rows.data['relative-l2'], new Float64Array(5).fill(1))
    const again = await readFile(join(root, 'scores', 'scores.json'))
    await score(request, folders)
    assert.deepEqual(await readFile(join(root, 'scores', 'scores.json')), again)
  })

  it('refuses a run of another dataset, version or track, and a damaged one', async () => {
    const { root, submission, request, folders } = await aRun()
    const path = join(root, 'run', 'run.json')
    await writeSubmission(path, { ...submission, dataset: { name: 'toy-fields', version: '2.0.0' } })
    await assert.rejects(
      score(request, folders),
      /submission zero_none_0: made for operators toy-fields 2\.0\.0, but asked .* operators toy-fields 1\.0\.0/,
    )
    await writeSubmission(path, { ...submission, track: 'recommenders' })
    await assert.rejects(score(request, folders), /made for recommenders/)
    await writeSubmission(path, submission)
    const file = join(root, 'run', 'predictions.parquet')
    const bytes = await readFile(file)
    bytes[20]! ^= 1
    await writeFile(file, bytes)
    await assert.rejects(score(request, folders), /predictions.parquet: sha256 is .* Damaged or outdated/)
  })
})

/** Two nodes a row, scored by both metrics of operators. */
async function scored(predictions: Columns, truth: Columns) {
  const track = { ...(await loadTrack('operators')), predictions: () => ({ row: KEY }) }
  const measures = await Promise.all(
    ['relative-l2', 'max-error'].map((name) => loadMeasure('operators', name)),
  )
  return scoreColumns({ track, measures, facts: {} }, predictions, truth)
}

const KEY = { type: 'i32', shape: [], about: 'row' } as const

function fields(row: number[], x: number[]): Columns {
  return { rows: row.length, data: { row: Int32Array.from(row), x: Float64Array.from(x) } }
}

/** A toy dataset and the run of a method that predicts 0. */
async function aRun() {
  const root = await temporary()
  const { name, version } = await makeOperators(join(root, 'data'))
  const schema = (await loadTrack('operators')).predictions({ grid: GRID })
  const { row } = fieldRows(5, 'test').data
  const zeros = { rows: 5, data: { row: row!, x: new Float32Array(5 * GRID ** 2) } }
  const { path, sha256, bytes } = await writeParquet(join(root, 'run', 'predictions.parquet'), schema, zeros)
  const submission: Submission = {
    about: 'Predicts 0',
    track: 'operators',
    dataset: { name, version },
    method: { model: 'zero', loss: 'none', params: {}, seed: 0, parameters: 0 },
    predictions: { path, sha256, bytes },
    by: { name: 'fieldrank' },
    made: { version: '0.1.0' },
  }
  await writeSubmission(join(root, 'run', 'run.json'), submission)
  const request = { track: 'operators', metrics: ['relative-l2', 'max-error'] }
  const folders = { run: join(root, 'run'), data: join(root, 'data'), out: join(root, 'scores') }
  return { root, submission, request, folders }
}
