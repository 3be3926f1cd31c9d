/**
 * The hidden state of a user of the made log: three clusters of interest, their shares, and when the user comes.
 *
 * Clusters are drawn by size, shares are Dirichlet(1, 1, 1). With drift d, a user who starts at the share τ of the period
 * takes for each interest, with probability d τ, the cluster that a second random order puts in place of the drawn one: the
 * weights of clusters move linearly from the one order to the other. With a window w, item i is offered to that user with
 * probability floor + (1 − floor) exp(−((τ − peak_i) / w)² / 2). Both know the user's start alone, not the moment of an event.
 */
import type { Rng } from '../../contracts.ts'
import { exp } from '../../math/elementary.ts'
import { permutation } from '../../math/permutation.ts'
import type { Market } from './market.ts'

export interface Taste {
  clusters: readonly number[] // three, maybe equal
  cuts: readonly [number, number] // interest 0 up to the first, 1 up to the second, 2 from there
  start: number | null // seconds; null where nothing hangs on it and it is drawn with the other times
}

/** What changes over the period; null where nothing does. */
export interface Seasons {
  drift: number
  window: number
  other: Int32Array // [clusters] the cluster that the second order has in place of each
  peaks: Float64Array // [N] in [0, 1], empty without a window
}

export const PERIOD = 2 * 365 * 86400 // seconds
const CLUSTERS = 3
const FLOOR = 0.03

export function makeSeasons(
  market: Market,
  settings: { drift: number; window: number },
  rng: Rng,
): Seasons | null {
  const { drift, window } = settings
  if (drift === 0 && window === 0) return null
  const other = permutation(market.start.length - 1, rng)
  const peaks = Float64Array.from({ length: window > 0 ? market.items : 0 }, () => rng.uniform())
  return { drift, window, other, peaks }
}

export function drawTaste(market: Market, seasons: Seasons | null, stream: Rng): Taste {
  const start = seasons === null ? null : stream.integer(PERIOD)
  const moved = seasons === null ? 0 : (seasons.drift * start!) / PERIOD
  const clusters = Array.from({ length: CLUSTERS }, () => {
    const cluster = market.clusterOf[stream.integer(market.items)]!
    return moved > 0 && stream.uniform() < moved ? seasons!.other[cluster]! : cluster
  })
  // two sorted uniforms cut [0, 1] into three shares that are Dirichlet(1, 1, 1)
  const [u, v] = [stream.uniform(), stream.uniform()]
  return { clusters, cuts: [Math.min(u, v), Math.max(u, v)], start }
}

/** The probability that an item is offered to the user; 1 without a window. */
export function activity(seasons: Seasons | null, taste: Taste, item: number): number {
  if (seasons === null || seasons.window === 0) return 1
  const distance = (taste.start! / PERIOD - seasons.peaks[item]!) / seasons.window
  return FLOOR + (1 - FLOOR) * exp(-Math.min(700, (distance * distance) / 2))
}
