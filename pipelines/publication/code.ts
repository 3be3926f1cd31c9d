/** Which code made a dataset: the hash of every module that decides its bytes, by name. {} where the track does not say. */
import type { Dataset } from '../../contracts.ts'
import { namesIn } from '../../io/lookup.ts'
import { stageCode } from '../code-hash.ts'
import { regeneratorOf } from '../regenerated.ts'
import { STAGES } from '../stage-file.ts'

/** Of the code that is running: the code that made the dataset, if `fieldrank regenerate` gives its bytes again. */
export async function codeHashes(dataset: Dataset): Promise<Record<string, string>> {
  if (!namesIn('pipelines/regenerate').includes(dataset.track)) return {}
  const regenerator = await regeneratorOf(dataset)
  const code = stageCode(STAGES)
  return Object.assign({}, ...regenerator.stages(dataset.params).map(({ run, params }) => code(run, params)))
}
