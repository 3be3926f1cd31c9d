/** fieldrank cancel: ends the arrays that a run has left in the queue. */

import { formerJobs } from '../pipelines/cluster/arrays.ts'
import { slurmQueue } from '../pipelines/cluster/slurm-commands.ts'
import { aim } from '../pipelines/plan.ts'
import { pipelineFlags, requestOf } from './flags/pipeline.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'ends what `run --executor slurm` has left in the queue; what is finished is kept',
  options: pipelineFlags,
  examples: ['fieldrank cancel --profile full'],

  async run(args, options) {
    const { root } = aim(requestOf(args, options))
    const queue = slurmQueue()
    const jobs = (await formerJobs(root)).map(({ name }) => name)
    const live = await queue.live(jobs)
    await queue.cancel(jobs)
    process.stdout.write(live.size === 0 ? 'nothing is in the queue\n' : `cancelled ${live.size} tasks\n`)
  },
}

export default verb
