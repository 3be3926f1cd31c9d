/** A track by its name, and the datasets that belong to it. */
import type { Dataset, Track } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { load } from '../io/lookup.ts'
import { readManifest } from '../io/manifest.ts'

export function loadTrack(name: string): Promise<Track> {
  return load<Track>('track', 'benchmarks/tracks', name)
}

/** The manifest in a folder, which must be of this track. */
export async function openDataset(folder: string, track: string): Promise<Dataset> {
  const dataset = await readManifest(folder)
  if (dataset.track !== track)
    throw new UserError(`${dataset.name}: is a dataset of the track ${dataset.track}, not ${track}`)
  return dataset
}
