/**
 * A log: made by a generator, or read from a file of the user's (generators/interactions/format.ts has the forms).
 * Writes events.parquet (user, item, time, ordinal) and log.json, which says where it comes from and what is in it.
 * `size` overrides the generator's defaults; a file has the size it has.
 */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Context, Generator, Params, Work } from '../../contracts.ts'
import { makeLog, writeLog } from '../../generators/interactions/log.ts'
import { parseLog } from '../../generators/interactions/parse.ts'
import { type Duckdb, openDuckdb } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { sha256File, writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { isPath, load } from '../../io/lookup.ts'
import { withDefaults } from '../../io/params.ts'

/** log.json. `ties`: events that share user and time with another one. */
export const logFormat = z.strictObject({
  source: z.string(), // a generator, or the name of a file
  about: z.string(),
  made: z.boolean(),
  hasTime: z.boolean(),
  users: z.int(),
  items: z.int(),
  interactions: z.int(),
  ties: z.int(),
  params: z.record(z.string(), z.json()), // of the generator and its seed; of a file its form and hash
})
export type Log = z.infer<typeof logFormat>
type Origin = Pick<Log, 'source' | 'about' | 'made' | 'hasTime' | 'params'>

const interactions: Work<{ source: string; size: Params | null }> = async ({ params, outs }, ctx) => {
  const { source, size } = params
  const out = ctx.out(outs[0]!)
  const db = await openDuckdb(join(out, 'work'), { signal: ctx.signal })
  try {
    const origin = isPath(source)
      ? await readFile(db, source, ctx)
      : await generate(db, source, size ?? {}, ctx)
    const log: Log = { ...origin, ...(await writeLog(db, out, origin.hasTime)) }
    await writeDurable(join(out, 'log.json'), pretty(log))
    ctx.log(`${log.interactions} interactions of ${log.users} users with ${log.items} items`)
    return {
      users: log.users,
      items: log.items,
      interactions: log.interactions,
      hasTime: log.hasTime,
      ties: log.ties,
    }
  } finally {
    await db.close()
  }
}

export default interactions

async function generate(db: Duckdb, name: string, size: Params, ctx: Context): Promise<Origin> {
  const generator = await load<Generator>('generator', 'generators', name)
  const params = withDefaults(`generator ${name}`, generator.defaults, size)
  await makeLog(db, name, generator, params, ctx)
  const origin = { generator: name, ...params, seed: ctx.seed }
  return { source: name, about: generator.about, made: true, hasTime: true, params: origin }
}

async function readFile(db: Duckdb, path: string, ctx: Context): Promise<Origin> {
  if (!(await stat(path).catch(() => null))?.isFile()) throw new UserError(`source '${path}': no such file`)
  const { format, hasTime } = await parseLog(db, path, ctx)
  const name = basename(path)
  const params = { format, sha256: await sha256File(path) }
  const times = hasTime ? '' : ' without times, in the order of the file'
  return { source: name, about: `Interactions of ${name}${times}`, made: false, hasTime, params }
}
