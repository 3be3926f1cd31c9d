/**
 * A log: made by a generator, read from a file of the user's (generators/interactions/format.ts has the forms), or a
 * public one by its name (generators/interactions/sources.ts). Writes events-….parquet (user, item, time, ordinal) and
 * log.json, which says where it comes from and what is in it. Nothing is dropped: a file with a row that cannot be read is
 * refused with its line. `size` overrides the generator's defaults; a file has the size it has.
 * Killed, the stage goes on after the last whole shard; a file of text is read again up to there. Shards of a file are those of
 * its SHA-256: another edition of it begins anew, and a file that changes while it is read is refused.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Context, Generator, Journal, Json, Params, Work } from '../../contracts.ts'
import type { Format } from '../../generators/interactions/format.ts'
import { countLog, makeLog, shardSink } from '../../generators/interactions/log.ts'
import { parseInto } from '../../generators/interactions/parse.ts'
import { type Counts, type Source, sources } from '../../generators/interactions/sources.ts'
import { type Duckdb, openDuckdb } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { sha256File, writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { isPath, load } from '../../io/lookup.ts'
import { withDefaults } from '../../io/params.ts'
import { cachedSource } from './interactions/cached.ts'

/** log.json. `ties`: events that share user and time with another one. */
export const logFormat = z.strictObject({
  source: z.string(), // a generator, a public log, or the name of a file
  about: z.string(),
  cite: z.string().optional(),
  license: z.string().optional(),
  made: z.boolean(),
  hasTime: z.boolean(),
  shards: z.array(z.string()), // events-….parquet, in order
  users: z.int(),
  items: z.int(),
  interactions: z.int(),
  ties: z.int(),
  params: z.record(z.string(), z.json()), // of the generator and its seed; of a file its form and hash
})
export type Log = z.infer<typeof logFormat>
type Origin = Omit<Log, 'users' | 'items' | 'interactions' | 'ties'>

const MEMORY = '1GB' // a generator may need as much again

const interactions: Work<{ source: string; size: Params | null }> = async ({ params, outs }, ctx) => {
  const { source, size } = params
  const out = ctx.out(outs[0]!)
  const db = await openDuckdb(join(out, 'work'), { signal: ctx.signal, memory: MEMORY })
  try {
    const origin = await originOf(db, source, size ?? {}, out, ctx)
    await dropOthers(out, origin.shards)
    const log: Log = { ...origin, ...(await countLog(db, out, origin.shards, origin.hasTime)) }
    await writeDurable(join(out, 'log.json'), pretty(log))
    ctx.log(`${log.interactions} interactions of ${log.users} users with ${log.items} items`)
    for (const line of surprises(source, log)) ctx.log(line)
    return {
      users: log.users,
      items: log.items,
      interactions: log.interactions,
      hasTime: log.hasTime,
      ties: log.ties,
      ...(!log.made && { sha256: log.params.sha256! }), // of what was read: the lock compares it (pipelines/inputs.ts)
    }
  } finally {
    await db.close()
  }
}

export default interactions

function originOf(db: Duckdb, source: string, size: Params, out: string, ctx: Context): Promise<Origin> {
  if (isPath(source)) return readFile(db, source, out, ctx)
  const known = Object.hasOwn(sources, source) ? sources[source] : undefined
  return known === undefined ? generate(db, source, size, out, ctx) : readSource(db, source, known, out, ctx)
}

async function generate(db: Duckdb, name: string, size: Params, out: string, ctx: Context): Promise<Origin> {
  const generator = await load<Generator>('generator', 'generators', name)
  const params = withDefaults(`generator ${name}`, generator.defaults, size)
  const shards = await makeLog(db, out, { name, generator, params }, ctx)
  const origin = { generator: name, ...params, seed: ctx.seed }
  return { source: name, about: generator.about, made: true, hasTime: true, shards, params: origin }
}

async function readFile(db: Duckdb, path: string, out: string, ctx: Context): Promise<Origin> {
  if (!(await stat(path).catch(() => null))?.isFile()) throw new UserError(`source '${path}': no such file`)
  const name = basename(path)
  const sha256 = await sha256File(path)
  const { format, hasTime, shards } = await shardsOf(db, { name, path, sha256 }, out, ctx)
  const times = hasTime ? '' : ' without times, in the order of the file'
  const about = `Interactions of ${name}${times}`
  return { source: name, about, made: false, hasTime, shards, params: { format, sha256 } }
}

async function readSource(
  db: Duckdb,
  name: string,
  source: Source,
  out: string,
  ctx: Context,
): Promise<Origin> {
  const { path, sha256 } = await cachedSource(name, source, ctx)
  const { format, hasTime, shards } = await shardsOf(db, { name, path, sha256, form: source.form }, out, ctx)
  const { about, cite, license, url } = source
  const params = { format, url, sha256 }
  return { source: name, about, ...(cite && { cite }), license, made: false, hasTime, shards, params }
}

interface Edition {
  name: string
  path: string
  sha256: string
  form?: Format | null
}

async function shardsOf(db: Duckdb, { name, path, sha256, form }: Edition, out: string, ctx: Context) {
  const sink = shardSink(db, out, { journal: boundTo(sha256, ctx.journal) })
  const { format, hasTime } = await parseInto(db, path, sink, ctx, form ?? undefined)
  const shards = await sink.end()
  if ((await sha256File(path)) !== sha256)
    throw new UserError(`source ${name}: the file changed while it was read. Run again`)
  return { format, hasTime, shards }
}

/**
 * Receipts of one edition of a file: those of another are not seen. Each carries the hash, for a journal keeps what it was told
 * last: after a kill between two editions it would hold the hash of the new one over shards of the old.
 */
function boundTo(sha256: string, journal: Journal): Journal {
  return {
    done(shard) {
      const found = journal.done(shard) as { of?: string; receipt?: Json } | undefined
      return found?.of === sha256 ? found.receipt : undefined
    },
    record: (shard, receipt) => journal.record(shard, { of: sha256, receipt }),
  }
}

/** A killed attempt at a longer edition leaves shards that this log has not. */
async function dropOthers(out: string, shards: readonly string[]): Promise<void> {
  for (const file of await readdir(out))
    if (/^events-\d+\.parquet$/.test(file) && !shards.includes(file)) await rm(join(out, file))
}

/** Counts that are not those that the source should have. */
function surprises(name: string, log: Log): string[] {
  const expected = Object.hasOwn(sources, name) ? sources[name]!.counts : {}
  return Object.entries(expected as Partial<Counts>)
    .filter(([what, count]) => count !== null && count !== log[what as keyof Counts])
    .map(
      ([what, count]) => `warning: ${log[what as keyof Counts]} ${what}, expected ${count}: another edition?`,
    )
}
