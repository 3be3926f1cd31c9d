/** fieldrank status: what would run, and why. Reads and changes nothing. */
import { foresee } from '../pipelines/foreseen.ts'
import { aim, openState, reasons } from '../pipelines/plan.ts'
import { pipelineFlags, requestOf } from './flags/pipeline.ts'
import { explainPlan } from './terminal/reasons.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'says what would run, and why',
  arguments: '[stage-or-id...]',
  options: pipelineFlags,
  examples: ['fieldrank status', 'fieldrank status train-operators --profile full'],

  async run(args, options) {
    const target = aim(requestOf(args, options))
    await foresee(target)
    process.stdout.write(explainPlan(target, await reasons(target, openState(target))))
  },
}

export default verb
