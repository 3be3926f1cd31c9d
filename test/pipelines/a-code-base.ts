/** What tests of pipelines expand in. */
import { expand, templateOf, type World } from '../../pipelines/expand.ts'
import { loadPipeline, readPipeline } from '../../pipelines/load.ts'
import { override } from '../../pipelines/overrides.ts'

/** A code base of a known size, so that a new model does not change what is expected here. */
const FOLDERS: Record<string, string[]> = {
  'models/operators': ['fno', 'unet'],
  'losses/operators': ['energy', 'relative-l2'],
  'models/preconditioners': ['dcdm', 'mlp', 'naive-gnn', 'precorrector'],
  'losses/preconditioners': ['high-frequency', 'low-frequency'],
  'models/recommenders': ['bert4rec', 'gru4rec', 'sasrec'],
  'losses/recommenders': ['bce', 'ce', 'sce'],
  'baselines/operators': ['mean', 'zero'],
  'baselines/preconditioners': ['ic0', 'none'],
  'baselines/recommenders': ['markov', 'popularity'],
}
export const world: World = {
  names: (folder) => FOLDERS[folder] ?? [],
  unknown: ({ folder, name }) => !name.includes('/') && FOLDERS[folder]?.includes(name) === false,
}
export const own = (profile: string, axis: string[] = [], set: string[] = []) =>
  expand(override(loadPipeline('pipeline.yaml', profile), { axis, set }), world)

/** A pipeline of these stages over a small profile. */
export function small(stages: string, axis: string[] = [], profile = 'grid: [8, 16]') {
  const text = `schema: 1\nseed: 5\nstages:\n${stages.replace(/^/gm, '  ')}\nprofiles:\n  toy:\n    ${profile}\n`
  return expand(override(readPipeline(text, 'p.yaml', 'toy'), { axis }), world)
}
export const counts = (stages: readonly { id: string }[]) => {
  const found: Record<string, number> = {}
  for (const { id } of stages) found[templateOf(id)] = (found[templateOf(id)] ?? 0) + 1
  return found
}
