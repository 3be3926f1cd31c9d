/**
 * The params of a generator of logs that come nearest to a real log.
 *
 * Read off the log at once: lengths (least; median and mean give the lognormal), share of repeats, and gap and gapZero, from the last
 * gap of each user alone: the others are not known here (pipelines/log-file.ts). Searched: the others, by steps along one param
 * after the other, each tried on a made log of the same size after the same k-core:
 *
 *   distance = Σ_s w_s (log(made_s / real_s))²     over SIGNS, shares and scores below FAINT counted as FAINT
 *
 * users, items and the mean length follow what is left after the core. What it will not do: promise that losses rank on the made log as
 * on the real one (acceptance.ts says what was looked at), and find the best params there are: a search of some dozen tries.
 */
import type { Params, Rng } from '../../contracts.ts'
import type zipfGenerator from '../../generators/zipf.ts'
import { UserError } from '../../io/errors.ts'
import { quantile } from '../../math/statistics.ts'
import { coreOf, type Depth, eventsOf, type Log } from './cut.ts'
import { type Shape, shapeOf } from './shape.ts'

export type Settings = typeof zipfGenerator.defaults
/** A log of these params, made anew at each call. */
export type Make = (settings: Settings) => Promise<Log>

export interface Fitted {
  settings: Settings
  shape: Shape
  distance: number
  tries: number
}

const SIGNS = {
  gini: 4,
  slope: 1,
  followed: 0.5,
  popular: 1,
  markov: 2,
  shuffled: 1,
  itemknn: 2,
  turnover: 1,
} as const
const FAINT = 1e-3
const RESIZES = 2

/** Params that are moved, by which factor at first, and how far at most. */
const MOVES: readonly { name: keyof Settings; factor: number; least: number; most: number }[] = [
  { name: 'sequence', factor: 1.4, least: 0.01, most: 0.8 },
  { name: 'noise', factor: 1.4, least: 0.01, most: 0.8 },
  { name: 'popularity', factor: 1.25, least: 0.1, most: 1.5 },
  { name: 'damping', factor: 1.25, least: 0.2, most: 2 },
  { name: 'popular', factor: 1.6, least: 0.005, most: 0.8 },
  { name: 'clusterSize', factor: 1.5, least: 3, most: 500 },
  { name: 'successors', factor: 2, least: 1, most: 32 },
  { name: 'anchor', factor: 2, least: 0.05, most: 0.9 },
  { name: 'drift', factor: 2, least: 0.1, most: 1 },
]

/** `asked`: users asked for scores; `tries`: made logs looked at. Streams of `rng` named alike give alike answers. */
export async function fitLog(
  real: { log: Log; shape: Shape; depth: Depth },
  start: Settings,
  make: Make,
  { asked, tries, rng, tell }: { asked: number; tries: number; rng: () => Rng; tell: (done: number) => void },
): Promise<Fitted> {
  const look = async (given: Settings): Promise<Fitted> => {
    const log = coreOf(await make(given), real.depth)
    if (eventsOf(log) === 0) return { settings: given, shape: real.shape, distance: Infinity, tries: 0 }
    const shape = shapeOf(log, asked, rng())
    return { settings: given, shape, distance: distanceOf(shape, real.shape), tries: 0 }
  }
  let best = await look({ ...start, ...readOff(real.log), users: real.shape.users, items: real.shape.items })
  let done = 1
  // the size first, whatever it does to the distance: scores hang on it
  for (; done < Math.min(tries, 1 + RESIZES); done++) best = await look(sized(best, real.shape))
  let scale = 1
  while (done < tries) {
    const before = best.distance
    for (const move of MOVES) {
      if (move.name === 'drift' && real.shape.turnover === null) continue
      for (const up of [true, false]) {
        if (done >= tries) break
        const moved = step(sized(best, real.shape), move, up ? scale : -scale)
        if (moved === null) continue
        const found = await look(moved)
        tell(++done)
        if (found.distance < best.distance) {
          best = found
          break
        }
      }
    }
    if (best.distance > before * 0.97) scale /= 2
    if (scale < 0.2) break
  }
  // the shape of a log that is not there is that of the real one, and would pass every test
  if (best.distance === Infinity)
    throw new UserError(
      `fit-log: of ${done} made logs none has an event left after the core of the log (${real.depth.items} users an item, ${real.depth.users} items a user), so there is nothing to compare. Give a larger log, or raise --users`,
    )
  return { ...best, tries: done }
}

/** Σ over the signs that both have. */
export function distanceOf(made: Shape, real: Shape): number {
  let sum = 0
  for (const [name, weight] of Object.entries(SIGNS)) {
    const [a, b] = [made[name as keyof typeof SIGNS], real[name as keyof typeof SIGNS]]
    if (a === null || b === null) continue
    sum += weight * Math.log(Math.max(Math.abs(a), FAINT) / Math.max(Math.abs(b), FAINT)) ** 2
  }
  return sum
}

/** Lengths, repeats and, in seconds, gaps. length = least + ⌊lognormal⌋: its median is about e^mean − ½, its mean about e^(mean + spread²/2) − ½. */
export function readOff({ sequences, moments }: Log): Partial<Settings> {
  const lengths = sequences.map((events) => events.length)
  const least = lengths.reduce((low, length) => Math.min(low, length), Number.POSITIVE_INFINITY)
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  // one below the least: lengths at the bound are then the body of the law, not its edge
  const lengthLeast = Math.max(1, least - 1)
  const middle = Math.max(0.5, quantile(lengths, 0.5) - lengthLeast + 0.5)
  const mean = Math.max(middle * 1.001, average - lengthLeast + 0.5)
  const again = sequences.reduce((sum, events) => sum + events.length - new Set(events).size, 0)
  const later = lengths.reduce((sum, length) => sum + length - 1, 0)
  return {
    lengthLeast,
    lengthMean: rounded(Math.log(middle)),
    lengthSpread: rounded(Math.sqrt(2 * Math.log(mean / middle))),
    lengthMost: Math.max(
      lengthLeast,
      lengths.reduce((most, length) => Math.max(most, length), 1),
    ),
    repeats: later === 0 ? 0 : rounded(again / later),
    ...gapsOf(moments),
  }
}

function gapsOf(moments: Log['moments']): Partial<Settings> {
  const gaps = moments?.map(({ gap }) => gap).filter((gap) => gap >= 0) ?? []
  if (gaps.length === 0) return {}
  const real = gaps.filter((gap) => gap > 0)
  const median = real.length === 0 ? 1 : quantile(real, 0.5)
  return {
    gap: Math.min(90 * 86400, Math.max(1, Math.round(median))),
    gapZero: rounded(1 - real.length / gaps.length),
  }
}

/** users, items and lengths moved by what the core left of them: it drops short histories, so that the mean of a law is not that of the log. */
function sized({ settings, shape }: Fitted, real: Shape): Settings {
  const toward = (asked: number, left: number, wanted: number) =>
    Math.max(1, Math.round(asked * Math.min(2, Math.max(0.5, wanted / left))))
  const beyond = ({ meanLength }: Shape) => Math.max(0.1, meanLength - settings.lengthLeast + 0.5)
  return {
    ...settings,
    lengthMean: rounded(settings.lengthMean + Math.log(beyond(real) / beyond(shape))),
    users: toward(settings.users, shape.users, real.users),
    items: toward(settings.items, shape.items, real.items),
  }
}

/** One param by factor^power; shares give to interest or take from it. null where nothing would move. */
function step(
  settings: Settings,
  { name, factor, least, most }: (typeof MOVES)[number],
  power: number,
): Settings | null {
  const old = settings[name]
  const isCount = name === 'clusterSize' || name === 'successors'
  const from = old === 0 ? least / factor : old
  let next = Math.min(most, from * factor ** power)
  if (next < least) next = name === 'anchor' || name === 'drift' ? 0 : least
  next = isCount ? Math.round(next) : rounded(next)
  if (next === old) return null
  const moved = { ...settings, [name]: next }
  const interest = rounded(1 - moved.sequence - moved.noise - moved.popular)
  if (interest < 0.01) return null
  return { ...moved, interest, popular: rounded(1 - moved.sequence - moved.noise - interest) }
}

/** Params that a person can read; four digits are far below what a log can tell. */
function rounded(value: number): number {
  return Number(value.toFixed(4))
}

/** The params for a log of another size than the cut they were fitted on. */
export function scaled(fitted: Fitted, cut: Shape, whole: { users: number; items: number }): Params {
  const { users, items } = sized(fitted, cut)
  return {
    ...fitted.settings,
    users: Math.max(1, Math.round((users * whole.users) / cut.users)),
    items: Math.max(1, Math.round((items * whole.items) / cut.items)),
  }
}
