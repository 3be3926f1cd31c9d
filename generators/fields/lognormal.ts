/** Rows k = e^φ whose contrast lies in a window, by kernels/fields.as.ts on any number of threads, in order. */
import type { Columns } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { type FieldMaker, makeFields, PLACES } from '../../kernels/fields.ts'
import { log } from '../../math/elementary.ts'
import { rootsOf } from '../../math/fft.ts'
import { indexOf, type Key, splitOf } from './address.ts'
import { embed, type FieldLaw } from './embedding.ts'
import type { Window } from './grf.ts'
import { breathe, record } from './record.ts'

export interface Lognormal {
  field: FieldLaw
  contrast: Window
  attempts: number
}
export type Range = { from: number; to: number }
export type Running = { signal: AbortSignal; workers: number }

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
  const { signal, workers } = running
  const maker = makerOf(law, key, running)
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
        if (row === null) throw inVain(law, job.first + i)
        yield record(job.first + i, row)
      }
    }
  } finally {
    await maker.close()
  }
}

function inVain({ contrast, attempts }: Lognormal, address: number): UserError {
  return new UserError(
    `generator condiff: row ${indexOf(address)} of ${splitOf(address)} has no field with contrast in ` +
      `${JSON.stringify(contrast)} among ${attempts} attempts. Widen 'contrast' or raise 'attempts'`,
  )
}
