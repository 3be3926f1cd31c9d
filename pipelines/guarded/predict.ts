/** Predictions of a model from elsewhere, written as the Parquet file of the track. For `fieldrank predict`. */

import { predictForeign } from '../../benchmarks/foreign.ts'
import type { Split } from '../../contracts.ts'
import { readManifest } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import type { GuardedWork } from '../guarded-main.ts'

export interface PredictRequest {
  model: string
  data: string
  split: Split
  batch: number
  threads: number
  out: string
}
export interface Predicted {
  dataset: string
  track: string
  rows: number
  columns: readonly string[]
  bytes: number
  opset: number | null
}

const predict: GuardedWork = async (request, progress) => {
  const { data, out, ...options } = request as unknown as PredictRequest
  const dataset = await readManifest(data)
  const { track, columns, model } = await predictForeign({ ...options, dataset, folder: data }, { progress })
  const schema = track.predictions(dataset.facts)
  const { rows, bytes } = await writeParquet(out, schema, columns)
  const { name, track: trackName } = dataset
  return { dataset: name, track: trackName, rows, columns: Object.keys(schema), bytes, opset: model.opset }
}

export default predict
