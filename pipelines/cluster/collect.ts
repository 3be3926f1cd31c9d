/** Brings what the tasks of a cluster made to where a stage of this machine would have made it, and ends the stage. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Json, Params, Stage } from '../../contracts.ts'
import { exists, listFiles } from '../../io/files.ts'
import type { RunStage, StageContext } from '../context.ts'
import { shardsOf } from '../stage-file.ts'
import { homeOf } from './plan.ts'
import { type Done, receiptsIn } from './run-shard.ts'

export interface Where {
  root: string
  stages: string
}

/** A pool of this machine that does not make again what tasks have made: those of Kubernetes, or of a run that was stopped. */
export function withPieces(local: RunStage, where: Where): RunStage {
  return async (stage, ctx) => {
    const home = homeOf(where.root, stage.id, ctx.key)
    return (await exists(home)) ? finishPieces(stage, ctx, where, local) : local(stage, ctx)
  }
}

/**
 * A stage that one task made is as it told; of shards the stage itself makes one whole, and those that are lacking. The journal
 * hears of everything before a file moves: whoever is killed in between goes on from there.
 */
export async function finishPieces(
  stage: Stage,
  ctx: StageContext,
  { root, stages }: Where,
  local: RunStage,
): Promise<Params> {
  const home = homeOf(root, stage.id, ctx.key)
  const isDivided = (await shardsOf(stages, stage, ctx)) !== null
  const whole = isDivided ? null : await wholeOf(home)
  if (isDivided || whole !== null) {
    const { receipts } = await receiptsIn(join(home, 'receipts'))
    const told: [string, Json][] = whole === null ? [...receipts] : [['.cluster', whole.facts]]
    for (const [shard, receipt] of told)
      if (ctx.journal.done(shard) === undefined) await ctx.journal.record(shard, receipt)
    for (const out of stage.outs) await move(join(home, 'out', out), ctx.out(out))
  }
  const facts = whole?.facts ?? (await local(stage, ctx))
  await rm(home, { recursive: true, force: true })
  return facts
}

async function wholeOf(home: string): Promise<Done | null> {
  const text = await readFile(join(home, 'done', 'whole.json'), 'utf8').catch(() => null)
  return text === null ? null : JSON.parse(text)
}

async function move(from: string, to: string): Promise<void> {
  for (const file of await listFiles(from).catch(() => [])) {
    if (file.endsWith('.tmp')) continue // of a task that was killed
    await mkdir(dirname(join(to, file)), { recursive: true })
    await rename(join(from, file), join(to, file))
  }
}
