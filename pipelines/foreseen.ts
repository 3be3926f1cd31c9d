/**
 * What the stages of a plan would refuse of their params, said before the first of them runs: an hour of datasets should not end
 * in a wrong word. Only what needs neither data nor a tensor library; each stage looks again, and at more.
 */
import type { Generator, Params, Stage } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { isPath, load } from '../io/lookup.ts'
import { withDefaults } from '../io/params.ts'
import { templateOf } from './expand.ts'
import { isSeed, show } from './load.ts'
import type { Target } from './plan.ts'
import { STAGES } from './stage-file.ts'
import { settingsOf } from './stages/split/settings.ts'

/** Throws one sentence for the first stage that would. Modules of somebody's own (--stages) know their params, and nobody else. */
export async function foresee({ graph, stages }: Target): Promise<void> {
  if (stages !== STAGES) return
  for (const stage of graph.stages) await CHECKS[stage.run]?.(stage)
}

const CHECKS: { readonly [run: string]: (stage: Stage) => unknown } = {
  fields: ({ params }) => checkLaw(params),
  split: ({ params }) => settingsOf(params),
  train({ id, params: { seed = null } }) {
    if (!isSeed(seed))
      throw new UserError(`${templateOf(id)}: seed must be a whole number from 0 (got ${show(seed)})`)
  },
}

async function checkLaw({ generator: name, rows: _, ...law }: Params): Promise<void> {
  if (typeof name !== 'string' || isPath(name)) return // a file of the user's is run by its stage alone
  const generator = await load<Generator>('generator', 'generators', name)
  generator.schema(withDefaults(`generator ${name}`, generator.defaults, law))
}
