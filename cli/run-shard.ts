/** fieldrank run-shard: one task of a cluster. People have `run`; this is what its arrays call. */
import { UserError } from '../io/errors.ts'
import { pieceOf, readPlan } from '../pipelines/cluster/plan.ts'
import { runShard } from '../pipelines/cluster/run-shard.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'makes some shards of one stage, as a frozen plan says: what the tasks of a cluster call',
  options: [
    ['--plan <plan.json>', 'the plan that `run --executor slurm` or `k8s` wrote'],
    ['--stage <id>', 'the stage'],
    [
      '--shards <from-to>',
      'its shards, counted from 0: 12-15 are four of them. Left out: a stage without shards',
    ],
    ['--task <number>', 'in place of both: the piece with this index in the plan, as an array counts'],
  ],
  notes: [
    'Doing it twice is doing it once: what is finished is left alone, files and receipts come by rename.',
  ],
  examples: [
    'fieldrank run-shard --plan plan.json --stage solve@gaussian-0.4-16 --shards 12-15',
    'fieldrank run-shard --plan plan.json --task $SLURM_ARRAY_TASK_ID',
  ],

  async run(_args, options) {
    const { plan: file, stage, shards, task } = options as Record<string, string | undefined>
    if (file === undefined) throw new UserError('--plan: give the plan that run --executor wrote')
    const plan = await readPlan(file)
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    const how = { signal: stop.signal, log: (line: string) => void process.stdout.write(`${line}\n`) }
    if (task !== undefined) {
      if (stage !== undefined || shards !== undefined)
        throw new UserError('--task: stands in place of --stage and --shards')
      const found = /^\d+$/.test(task) ? plan.tasks[Number(task)] : undefined
      if (found === undefined)
        throw new UserError(`--task: must be a whole number below ${plan.tasks.length} (got ${task})`)
      return runShard(plan, found.stage, found.shards, how)
    }
    if (stage === undefined) throw new UserError('--stage: give a stage of the plan, or --task')
    return runShard(plan, stage, shards === undefined ? null : pieceOf(shards), how)
  },
}

export default verb
