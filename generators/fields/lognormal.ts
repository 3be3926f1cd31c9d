/** Rows k = e^φ whose contrast lies in a window, by kernels/fields.as.ts on any number of threads, in order. */
import type { Columns } from '../../contracts.ts'
import { canonical } from '../../io/json.ts'
import { type FieldMaker, makeFields, PLACES } from '../../kernels/fields.ts'
import { log } from '../../math/elementary.ts'
import { rootsOf } from '../../math/fft.ts'
import type { Key } from './address.ts'
import { embed, type FieldLaw } from './embedding.ts'
import type { Window } from './grf.ts'
import { breathe, noField, record } from './record.ts'

export interface Lognormal {
  field: FieldLaw
  contrast: Window
  attempts: number
}
export type Range = { from: number; to: number }
export type Running = { signal: AbortSignal; workers: number; device?: string } // where attempts are screened: cpu, or screened.ts

/** A maker that waits for the next range of the same law: the shards of a dataset are made one after another. */
interface Kept {
  id: string
  signal: AbortSignal
  maker: FieldMaker
  users: number
}
let kept: Kept | null = null

/** The maker of this law, the last one if it is of the same law: to start threads anew costs 0.1 s of each shard. */
function borrow(law: Lognormal, key: Key, running: Running): Kept {
  const { signal, workers } = running
  const id = canonical({ ...law, field: { ...law.field }, ...key, workers })
  if (kept !== null && kept.id === id && kept.signal === signal && !signal.aborted) {
    kept.users++
    return kept
  }
  if (kept !== null && kept.users === 0) void kept.maker.close()
  kept = { id, signal, maker: makerOf(law, key, running), users: 1 }
  return kept
}

async function giveBack(one: Kept): Promise<void> {
  one.users--
  if (one !== kept && one.users === 0) await one.maker.close() // nobody will ask for it again
}

/** The kernel, with all that this law has it know. */
export function makerOf({ field, contrast, attempts }: Lognormal, key: Key, running: Running): FieldMaker {
  const { period, amplitude } = embed(field)
  const range = [
    contrast === null ? -Infinity : log(contrast[0]),
    contrast === null ? Infinity : log(contrast[1]),
  ]
  const plan = { period, keep: field.grid + 1, amplitude, roots: rootsOf(period), key, limit: attempts }
  return makeFields({ ...plan, range: range as [number, number] }, running.workers, running.signal)
}

/** The first field in the window of every address, attempt after attempt. */
export async function* lognormal(
  law: Lognormal,
  key: Key,
  range: Range,
  running: Running,
): AsyncGenerator<Columns> {
  const { signal, workers, device = 'cpu' } = running
  if (device !== 'cpu') {
    const { screenedRows } = await import('./screened.ts') // brings a tensor library along
    return yield* screenedRows(law, key, range, { signal, device })
  }
  const borrowed = borrow(law, key, running)
  const { maker } = borrowed
  const size = Math.min(PLACES, Math.max(1, Math.ceil((range.to - range.from) / (4 * workers))))
  const begun: { first: number; rows: ReturnType<FieldMaker['rows']> }[] = []
  let next = range.from
  const begin = () => {
    if (next >= range.to) return
    const rows = maker.rows(next, Math.min(size, range.to - next))
    rows.catch(() => {}) // it is met where its turn comes
    begun.push({ first: next, rows })
    next += size
  }
  try {
    for (let ahead = 0; ahead < (workers === 1 ? 1 : 2 * workers); ahead++) begin()
    for (let job = begun.shift(); job !== undefined; job = begun.shift()) {
      const rows = await job.rows
      begin()
      for (const [i, row] of rows.entries()) {
        await breathe(signal)
        if (row === null) throw noField(law, job.first + i)
        yield record(job.first + i, row)
      }
    }
  } finally {
    await giveBack(borrowed)
  }
}
