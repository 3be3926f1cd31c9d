/** What the training loop and the scorer need to know of a track beyond the contract. */
import type { Columns, Dataset, Params, Task, Track } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { load } from '../io/lookup.ts'
import { readManifest } from '../io/manifest.ts'

export interface Course<T extends Task = Task> extends Track<T> {
  /** What `open` takes: keys of the budget beside those of the loop. */
  defaults: Params
  /** The metric that is computed on the valid split after each epoch: 'ndcg@10'. */
  watch: string
  /** The first flaw of predictions that a schema cannot see, as half a sentence that names the row; null when sound. */
  flaw(predictions: Columns, facts: Params): string | null
}

export function loadTrack(name: string): Promise<Course> {
  return load<Course>('track', 'benchmarks/tracks', name)
}

/** The manifest in a folder, which must be of this track. */
export async function openDataset(folder: string, track: string): Promise<Dataset> {
  const dataset = await readManifest(folder)
  if (dataset.track !== track)
    throw new UserError(`${dataset.name}: is a dataset of the track ${dataset.track}, not ${track}`)
  return dataset
}
