/** One task of a cluster: makes some shards of a stage, or the whole of one, as the plan says. Doing it twice is doing it once. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Json, Params } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { exists, writeDurable } from '../../io/files.ts'
import { canonical } from '../../io/json.ts'
import { stageCode } from '../code-hash.ts'
import { type StageContext, stageContext } from '../context.ts'
import { workOf } from '../executors/in-process.ts'
import { failureOf } from '../failure.ts'
import { homeOf, nameOf, type Piece, type Plan } from './plan.ts'

/** done/<unit>.json */
export interface Done {
  facts: Params
  seconds: number
  node: string
}

export async function runShard(
  plan: Plan,
  id: string,
  piece: Piece,
  { signal, log = () => {} }: { signal: AbortSignal; log?(line: string): void },
): Promise<void> {
  const entry = Object.hasOwn(plan.entries, id) ? plan.entries[id]! : undefined
  if (entry === undefined)
    throw new UserError(`--stage: '${id}' is not in the plan (${Object.keys(plan.entries).join(', ')})`)
  const { stage, key, code, deps, workers } = entry
  if (hashesOf(stageCode(plan.stages)(stage.run, stage.params)) !== hashesOf(code))
    throw new UserError(
      `${id}: the code is not that of the plan any more. Run again, and the plan is made anew`,
    )
  const home = homeOf(plan.root, id, key)
  const unit = `${nameOf(piece)}.json`
  if (await exists(join(home, 'done', unit))) return log(`${id} ${nameOf(piece)}: already made`)
  await rm(join(home, 'failed', unit), { force: true })
  const outs = Object.fromEntries(stage.outs.map((out) => [out, join(home, 'out', out)]))
  for (const folder of Object.values(outs)) await mkdir(folder, { recursive: true })
  const start = performance.now()
  try {
    const ctx = stageContext(stage, {
      root: plan.root,
      seed: plan.seed,
      asked: plan.asked,
      key,
      places: { deps, outs },
      journal: await receiptsIn(join(home, 'receipts')),
      workers,
      ...(piece === null ? {} : { part: piece }),
      log,
      progress: () => {},
      signal,
    })
    const facts = (await (await workOf(plan.stages, stage.run))(stage, ctx)) ?? {}
    const seconds = Math.round(performance.now() - start) / 1000
    const done: Done = { facts, seconds, node: hostname() }
    await writeDurable(join(home, 'done', unit), canonical({ ...done }))
  } catch (error) {
    await writeDurable(join(home, 'failed', unit), JSON.stringify(failureOf(error)))
    throw error
  }
}

/** Of files wherever they lie: a node may see them under another path. */
function hashesOf(code: Readonly<Record<string, string>>): string {
  return Object.values(code).sort().join()
}

/** A journal as a folder, since tasks on several nodes write it: a file per receipt. */
export async function receiptsIn(folder: string): Promise<StageContext['journal']> {
  const receipts = new Map<string, Json>()
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.json')) continue
    const { shard, receipt } = JSON.parse(await readFile(join(folder, name), 'utf8'))
    receipts.set(shard, receipt)
  }
  return {
    receipts,
    done: (shard) => receipts.get(shard),
    async record(shard, receipt) {
      await writeDurable(join(folder, `${encodeURIComponent(shard)}.json`), canonical({ shard, receipt }))
      receipts.set(shard, receipt)
    },
  }
}
