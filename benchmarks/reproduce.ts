/**
 * The exported network of a run, run again on the test rows and compared with the predictions that the run stored.
 *
 * Fields: max |x̂ − x| over the largest |x| of the stored ones. Lists: how many differ in any place. The two differ by
 * rounding alone: in training, weights are inputs of the graph, here they are constants, which ONNX Runtime may fold.
 */
import { join } from 'node:path'
import type { Columns, Params, Submission } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { withKeys } from './align.ts'
import { searchOf } from './approximate-lists.ts'
import { predictForeign } from './foreign.ts'
import { readPredictions, readSubmission } from './submission.ts'
import { openDataset } from './track.ts'

/** What a run may differ from itself by. Fields: sixteen roundings of a float32. Lists: one in a thousand may hold a near tie. */
const SAME = { fields: 1e-6, lists: 1e-3 }

export interface Reproduced {
  difference: string // in words
  isSame: boolean
  rows: number
  opset: number | null
  inputs: readonly string[] // 'k float32 [8, 17, 17]'
  outputs: readonly string[]
}

export async function reproduce(
  { run, data }: { run: string; data: string },
  progress?: (rows: number, of: number) => void,
): Promise<Reproduced> {
  const path = join(run, 'run.json')
  const submission = await readSubmission(path)
  const dataset = await openDataset(data, submission.track)
  const { name, version } = submission.dataset
  if (dataset.name !== name || dataset.version !== version)
    throw new UserError(`${run}: was made on ${name} ${version}, not on ${dataset.name} ${dataset.version}`)
  const request = { model: join(run, 'model.onnx'), dataset, folder: data, split: 'test' as const }
  const params: Params = searchOf(submission) === null ? {} : { search: 'approximate' }
  const options = { ...request, batch: 1, threads: threadsOf(submission), params }
  const { track, columns, model } = await predictForeign(options, progress === undefined ? {} : { progress })
  const stored = await readPredictions(path, submission, track.predictions(dataset.facts))
  const apart = differences(withKeys(stored, track.key, columns.data[track.key] as Int32Array), columns)
  const ports = (all: typeof model.inputs) =>
    all.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.map((side) => side ?? '?').join(', ')}]`)
  return {
    difference: apart.map(({ said }) => said).join('; '),
    isSame: apart.every(({ isSame }) => isSame),
    rows: columns.rows,
    opset: model.opset,
    inputs: ports(model.inputs),
    outputs: ports(model.outputs),
  }
}

interface Apart {
  said: string
  isSame: boolean
}

/** Column by column, in words. The columns have the same rows in the same order. */
export function differences(stored: Columns, again: Columns): Apart[] {
  return Object.entries(stored.data).flatMap(([name, values]) => {
    const [one, other] = [values, again.data[name]!]
    if (one instanceof Float32Array) return [fieldsApart(name, one, other as Float32Array)]
    const count = rowsThatDiffer(one as Int32Array, other as Int32Array, stored.rows)
    if (one.length === stored.rows && count === 0) return [] // the key
    return [
      { said: `${name}: ${count} of ${stored.rows} lists differ`, isSame: count <= SAME.lists * stored.rows },
    ]
  })
}

function fieldsApart(name: string, one: Float32Array, other: Float32Array): Apart {
  let [apart, largest] = [0, 0]
  for (let i = 0; i < one.length; i++) {
    apart = Math.max(apart, Math.abs(one[i]! - other[i]!))
    largest = Math.max(largest, Math.abs(one[i]!))
  }
  const relative = apart === 0 ? 0 : apart / largest
  const said = `${name}: largest difference ${relative.toExponential(1)} of the largest value`
  return { said, isSame: relative <= SAME.fields }
}

function rowsThatDiffer(one: ArrayLike<number>, other: ArrayLike<number>, rows: number): number {
  const width = one.length / rows
  let count = 0
  for (let row = 0; row < rows; row++) {
    for (let i = row * width; i < (row + 1) * width; i++) {
      if (one[i] === other[i]) continue
      count++
      break
    }
  }
  return count
}

function threadsOf({ method }: Submission): number {
  const { threads } = (method.params.engine ?? {}) as Params
  return typeof threads === 'number' ? threads : 1
}
