/**
 * What a cluster is told: plan.json, frozen before the first task starts. Workers read it and plan nothing themselves.
 *
 *   .cluster/jobs/<name>/     plan.json, job.sh and the logs of one array; or plan.json and job.yaml
 *   .cluster/<id>/<key>/      what tasks have made of one stage under one key:
 *     out/<out>/…             its files, each whole from the moment it has its name
 *     receipts/<shard>.json   what the journal of the stage will say of a finished shard
 *     done/<unit>.json        a task that is whole: its facts, seconds and node
 *     failed/<unit>.json      the last failure of one that is not
 * All of it is written beside its place and renamed, so a task may be run twice, or at the same time by two nodes.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../io/errors.ts'
import { firstIssue } from '../../io/schema.ts'

const shards = z.tuple([z.int().min(0), z.int().min(1)]).nullable()
const stageFormat = z.strictObject({
  id: z.string(),
  run: z.string(),
  deps: z.array(z.string()),
  outs: z.array(z.string()),
  params: z.record(z.string(), z.json()),
  device: z.enum(['cpu', 'gpu']),
})
const planFormat = z.strictObject({
  schema: z.literal(1),
  root: z.string(),
  stages: z.string(), // the folder of stage modules
  seed: z.int(),
  asked: z.strictObject({ stages: z.string(), flags: z.string() }),
  entries: z.record(
    z.string(),
    z.strictObject({
      stage: stageFormat,
      key: z.string(),
      code: z.record(z.string(), z.string()), // hash of each file of the stage: a task of other code would make other bytes
      deps: z.record(z.string(), z.string()), // where they lie
      workers: z.int().min(1),
    }),
  ),
  tasks: z.array(z.strictObject({ stage: z.string(), shards })), // by the index of the array
})
export type Plan = z.infer<typeof planFormat>
export type Entry = Plan['entries'][string]

/** Some shards of a stage, from ≤ i < to; null is the whole of a stage that has none. */
export type Piece = readonly [from: number, to: number] | null

export async function readPlan(file: string): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) throw new UserError(`${file}: no such plan, or it cannot be read from this machine`)
  const parsed = planFormat.safeParse(jsonIn(text, file))
  if (parsed.success) return parsed.data
  throw new UserError(`${file}: not a plan of this version (${firstIssue(parsed.error)})`)
}

function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError(`${file}: not a plan of this version (it is not JSON)`)
  }
}

/** Beside plan.json where the tasks are those of a Kubernetes job. */
export const MANIFEST = 'job.yaml'
export const jobsFolder = (root: string) => join(root, '.cluster', 'jobs')
export const homeOf = (root: string, id: string, key: string) => join(root, '.cluster', id, key.slice(0, 16))

/** '12-15' are the shards 12, 13, 14, 15, as people count; 'whole' is a stage without shards. */
export function nameOf(piece: Piece): string {
  return piece === null ? 'whole' : `${piece[0]}-${piece[1] - 1}`
}

/** The other way: '12-15', or '12' alone. */
export function pieceOf(text: string): Piece {
  const found = /^(\d+)(?:-(\d+))?$/.exec(text)
  const from = Number(found?.[1])
  const last = Number(found?.[2] ?? from)
  if (found === null || last < from) throw new UserError(`--shards: expected 12-15, or 12 (got '${text}')`)
  return [from, last + 1]
}
