/** A queue as Slurm has one, in this process: arrays of tasks that run when they are told to, each by runShard. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readPlan } from '../../../pipelines/cluster/plan.ts'
import { runShard } from '../../../pipelines/cluster/run-shard.ts'
import type { Queue } from '../../../pipelines/cluster/slurm-commands.ts'

export interface FakeQueue extends Queue {
  scripts: string[] // that were handed in
  started: string[] // '<stage> <from-to>' of each task, in turn
  /** Tasks handed in from now on wait until `go`. */
  hold(): void
  go(): void
  /** The tasks that wait are lost, as with a node that dies for good. */
  lose(): void
  exits: Map<string, string>
}

export function fakeQueue(width = 4): FakeQueue {
  const live = new Map<string, string>()
  const waiting: (() => Promise<void>)[] = []
  let [isHeld, running] = [false, 0]
  const queue: FakeQueue = {
    scripts: [],
    started: [],
    exits: new Map(),
    hold: () => {
      isHeld = true
    },
    go: () => {
      isHeld = false
      next()
    },
    lose: () => {
      waiting.length = 0
      live.clear()
    },
    async submit(file) {
      const script = await readFile(file, 'utf8')
      const plan = await readPlan(join(dirname(file), 'plan.json'))
      const job = basename(dirname(file))
      for (const [index, { stage, shards }] of plan.tasks.entries()) {
        live.set(`${job}#${index}`, 'PENDING')
        waiting.push(async () => {
          queue.started.push(`${stage} ${shards?.[0] ?? 'whole'}-${(shards?.[1] ?? 0) - 1}`)
          live.set(`${job}#${index}`, 'RUNNING')
          const never = new AbortController().signal
          await runShard(plan, stage, shards, { signal: never }).catch(() => {})
          live.delete(`${job}#${index}`)
        })
      }
      queue.scripts.push(script)
      next()
    },
    live: async (jobs) =>
      new Map([...live].filter(([task]) => jobs.some((job) => task.startsWith(`${job}#`)))),
    exitOf: async ({ job, index }) => queue.exits.get(`${job}#${index}`) ?? queue.exits.get('*') ?? null,
    cancel: async () => queue.lose(),
  }
  const next = () => {
    while (!isHeld && running < width && waiting.length > 0) {
      running++
      void waiting.shift()!().finally(() => {
        running--
        next()
      })
    }
  }
  return queue
}
