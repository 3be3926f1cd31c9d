/**
 * The folder of one run: predictions.parquet, run.json, cost.json, and what training leaves beside them. Everything but
 * cost.json is equal to the byte when the same code runs on the same machine with as many threads.
 */
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import type { Columns, Cost, Dataset, Submission, Track } from '../contracts.ts'
import { writeDurable } from '../io/files.ts'
import { CODE } from '../io/lookup.ts'
import { writeParquet } from '../io/parquet.ts'
import { writeSafetensors } from '../io/safetensors.ts'
import type { Weights } from '../tensor/types.ts'
import { checkPredictions, writeCost, writeSubmission } from './submission.ts'

export interface Finished {
  track: Track
  trackName: string
  dataset: Dataset
  method: Submission['method']
  about: string
  cite: string | undefined
  predictions: Columns
  truth: Columns
}

/** Checks predictions as if a stranger had sent them, then writes them with run.json. */
export async function writeRun(out: string, finished: Finished): Promise<void> {
  const { track, dataset, method, predictions, truth } = finished
  const subject = `${method.model}_${method.loss}_${method.seed} on ${dataset.name}`
  checkPredictions(subject, predictions, { track, truth, facts: dataset.facts })
  const file = join(out, 'predictions.parquet')
  const { path, sha256, bytes } = await writeParquet(file, track.predictions(dataset.facts), predictions)
  await writeSubmission(join(out, 'run.json'), {
    about: finished.about,
    ...(finished.cite !== undefined && { cite: finished.cite }),
    track: finished.trackName,
    dataset: { name: dataset.name, version: dataset.version },
    method,
    predictions: { path, sha256, bytes },
    by: { name: 'fieldrank' },
    made: { version: version() },
  })
}

/** What training leaves: the weights, the network with them inside, and a line per epoch. */
export async function writeLearned(
  out: string,
  learned: { weights: Weights; onnx: Uint8Array; history: readonly HistoryLine[] },
): Promise<void> {
  const lines = learned.history.map(({ epoch, loss, valid }) => `${epoch},${loss},${valid ?? ''}\n`)
  await writeSafetensors(join(out, 'weights.safetensors'), learned.weights)
  await writeDurable(join(out, 'model.onnx'), learned.onnx)
  await writeDurable(join(out, 'history.csv'), `epoch,loss,valid\n${lines.join('')}`)
}

export interface HistoryLine {
  epoch: number // from 1
  loss: number // mean over its steps
  valid: number | null // null without a valid split
}

/** Seconds are wall time. Peak memory is that of the whole process, so a run that wants its own number needs its own process. */
export async function writeMeasured(
  out: string,
  spent: Pick<
    Cost,
    | 'trainSeconds'
    | 'predictSeconds'
    | 'threads'
    | 'lossBytes'
    | 'setupSeconds'
    | 'solveSeconds'
    | 'condition'
  > & { device: string },
): Promise<void> {
  await writeCost(join(out, 'cost.json'), {
    ...spent,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    device: `${spent.device} (${cpus()[0]?.model.trim() || process.arch})`,
    date: new Date().toISOString(),
  })
}

/** Of the package that this code is part of: beside the sources, or above dist/. */
function version(): string {
  const path = [CODE, dirname(CODE)]
    .map((folder) => join(folder, 'package.json'))
    .find((file) => existsSync(file))
  if (path === undefined) throw new Error(`no package.json beside ${CODE}`)
  return JSON.parse(readFileSync(path, 'utf8')).version
}

/** Seconds since `start`, a reading of performance.now(). */
export function secondsSince(start: number): number {
  return (performance.now() - start) / 1000
}
