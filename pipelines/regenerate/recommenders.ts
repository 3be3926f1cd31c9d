/** A file of a recommender set whose log was made by a generator: the log and the split once more, in a folder beside it. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json, Params, Stage } from '../../contracts.ts'
import { renameDurable } from '../../io/files.ts'
import { namesIn } from '../../io/lookup.ts'
import { type RunStage, stageContext } from '../context.ts'
import type { Regenerator } from '../regenerated.ts'
import interactions from '../stages/interactions.ts'
import split from '../stages/split.ts'

const LOG = 'interactions'

const regenerator: Regenerator = {
  stages: ({ source }) => [
    { run: 'interactions', params: { source: source! } },
    { run: 'split', params: {} },
  ],

  obstacle({ params }) {
    const { generator, source, seed } = params
    if (generator === undefined)
      return `its log is ${source}, a file that no code makes. Run the pipeline on that file`
    if (!namesIn('generators').includes(String(generator)))
      return `${generator} is not in generators of this code`
    return typeof seed === 'number' ? null : 'its manifest names no seed'
  },

  async make(dataset, file, path, signal) {
    const { source, seed, size, rule } = partsOf(dataset.params)
    const root = `${path}.work`
    const run = async (work: unknown, name: string, outs: string, params: Params) => {
      const stage: Stage = { id: name, run: name, deps: [LOG], outs: [outs], params, device: 'cpu' }
      await mkdir(join(root, outs), { recursive: true })
      const places = { deps: { [LOG]: join(root, LOG) }, outs: { [outs]: join(root, outs) } }
      const quiet = {
        log: () => {},
        progress: () => {},
        asked: { stages: '', flags: '' },
        workers: 1,
      }
      const journal = { done: () => undefined, record: async () => {}, receipts: new Map<string, Json>() }
      const around = { root, key: '', seed: seed as number, places, journal, signal, ...quiet }
      await (work as RunStage)(stage, stageContext(stage, around))
    }
    try {
      await run(interactions, 'interactions', LOG, { source: source!, size })
      await run(split, 'split', dataset.name, rule)
      await renameDurable(join(root, dataset.name, file.path), path)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
}

export default regenerator

/** What the manifest says of a made log and of its split, apart: the params of the two stages. */
function partsOf(params: Params) {
  const {
    source,
    generator: _,
    seed,
    strategy,
    quantile,
    cuts,
    fold,
    dedup,
    core,
    rules: __,
    ...size
  } = params
  const name = strategy === 'rolling' ? `rolling-${fold}` : strategy
  const all = { strategy: name, quantile, cuts, dedup, core }
  const given = Object.entries(all).filter(([, value]) => value !== undefined)
  return { source, seed, size, rule: Object.fromEntries(given) as Params }
}
