/** What a track knows to check of a dataset whose bytes are right: `pipelines/verify/<track>.ts` default-exports it. */
import type { Dataset } from '../contracts.ts'
import { load, namesIn } from '../io/lookup.ts'

/** Problems, a sentence each, and half a sentence on what was checked. `rows` is how many rows to make again. */
export type Verify = (
  folder: string,
  dataset: Dataset,
  rows: number,
) => Promise<{ problems: readonly string[]; said: string }>

/** A track without such a file has its bytes checked and no more. */
export async function verifyContents(...[folder, dataset, rows]: Parameters<Verify>): ReturnType<Verify> {
  if (!namesIn('pipelines/verify').includes(dataset.track)) return { problems: [], said: '' }
  const verify = await load<Verify>('track', 'pipelines/verify', dataset.track)
  return verify(folder, dataset, rows)
}
