import { EVENTS, type Parsed, parseInto, type Sink } from '../../../generators/interactions/parse.ts'
import type { Duckdb } from '../../../io/duckdb.ts'

/** A file as the table `events`, in one transaction: for tests that ask what was read. */
export async function parsed(db: Duckdb, path: string, log: string[] = []): Promise<Parsed> {
  let ordinal = 0n
  const sink: Sink = {
    append({ rows, data }) {
      const ordinals = BigInt64Array.from({ length: rows }, () => ordinal++)
      return db.append('events', { rows, data: { ...data, ordinal: ordinals } })
    },
    insert: (select, rows) => db.run(`INSERT INTO events ${select(0, rows)}`),
  }
  await db.run('DROP TABLE IF EXISTS events')
  await db.run('BEGIN')
  try {
    await db.run(`CREATE TABLE ${EVENTS}`)
    const found = await parseInto(db, path, sink, {
      signal: new AbortController().signal,
      log: (line) => void log.push(line),
    })
    await db.run('COMMIT')
    return found
  } catch (error) {
    await db.run('ROLLBACK')
    throw error
  }
}
