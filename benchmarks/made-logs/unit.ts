/**
 * The unit of the times of a log. A reader keeps numbers as they are (generators/interactions/times.ts), and a gap of a made log
 * is in seconds: so the unit is told by the size of the times, where they are moments since 1970 that lie between August 1990 and
 * 2100. Only one unit can fit, since the bounds are less than a factor 1000 apart; the median counts, so a few zeros do no harm.
 *
 * Dates are read as seconds.
 *
 * What it will not do: guess. Times that count from the beginning of a log, days, 20140203, dates of 1985: none fits, and the
 * user has to say.
 * The lower bound keeps the ticks of .NET (6.4e17, since the year 1) from being nanoseconds.
 */
import { UserError } from '../../io/errors.ts'
import { quantile } from '../../math/statistics.ts'
import type { Log } from './cut.ts'

/** Seconds in each. */
export const UNITS = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9, d: 86400 } as const
export type Unit = keyof typeof UNITS

const CLOCKS = ['s', 'ms', 'us', 'ns'] as const // what moments since 1970 are written in
const BETWEEN = [6.5e8, 4.1e9] as const

/** Of the last events of users. `name` is that of the log. */
export function unitOf(moments: NonNullable<Log['moments']>, name: string): Unit {
  const middle = quantile(
    moments.map(({ last }) => last),
    0.5,
  )
  const found = CLOCKS.find((unit) => {
    const seconds = middle * UNITS[unit]
    return seconds >= BETWEEN[0] && seconds < BETWEEN[1]
  })
  if (found !== undefined) return found
  throw new UserError(
    `fit-log: the times of ${name} (median ${middle}) are no moments between 1990 and 2100 in ${CLOCKS.join(', ')}, so it is not known how long a gap is. Say their unit: --unit ${Object.keys(UNITS).join('|')}`,
  )
}

/** The same log with gaps in seconds. Times serve their order alone and stay. */
export function inSeconds({ sequences, moments }: Log, unit: Unit): Log {
  if (moments === null) return { sequences, moments }
  return { sequences, moments: moments.map(({ last, gap }) => ({ last, gap: gap * UNITS[unit] })) }
}
