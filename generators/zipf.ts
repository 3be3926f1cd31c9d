/**
 * A made log of interactions. A row is one user.
 *
 * Items come from a market (interactions/market.ts: clusters, attractiveness, successors), users have a taste
 * (interactions/taste.ts: three clusters; drift and windows over two years), and each step takes one of five sources
 * (interactions/walk.ts: repeats, sequence with its anchor, interest, popular, noise), whose exact law `law` tells.
 * length = least + ⌊exp(mean + spread · normal)⌋, at most `lengthMost` and at most half the catalog.
 * Times are seconds since the beginning of the log: start uniform over two years, gap 0 with probability `gapZero`, else
 * lognormal with median `gap`, at most 90 days. A variant in which any recent item is the cause: anchor 0.5, sequence 0.3, noise 0.13.
 *
 * What it will not do: say which loss or model is better on real data. The defaults bring the scores of popularity,
 * Markov and item-kNN near those of Amazon categories cut to the same size, but its counts are too even (Gini 0.30
 * where real ones have 0.36 to 0.50) and the order of the best losses on such logs is not theirs on real ones.
 * Use it for correctness, memory and speed. `fieldrank fit-log` fits the params to a log.
 */
import type { Columns, Rng, Schema } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { exp, log } from '../math/elementary.ts'
import { rng } from '../math/rng.ts'
import type { LogGenerator } from './interactions/made.ts'
import { makeMarket } from './interactions/market.ts'
import { drawTaste, makeSeasons, PERIOD, type Taste } from './interactions/taste.ts'
import { nextItem, type World, walk } from './interactions/walk.ts'

const defaults = {
  users: 1000,
  items: 400,
  popularity: 0.7, // z of attractiveness = rank^-z
  damping: 0.7, // exponent on it inside a cluster
  clusterSize: 20, // mean
  successors: 4,
  sequence: 0.18, // shares of the four sources: they sum to 1
  interest: 0.42,
  popular: 0.15,
  noise: 0.25,
  anchor: 0, // a: the cause of a sequence step is the g-th last item, P(g) ∝ a^(g−1)
  repeats: 0, // share of events, after the first, that are an earlier event of the user again
  drift: 0, // how far the weights of clusters move to another order over the period, 0 to 1
  window: 0, // width of an item's season as a share of the period; 0: none has one
  lengthLeast: 4,
  lengthMean: 1.35, // of the logarithm
  lengthSpread: 0.95,
  lengthMost: 200,
  gap: 4 * 86400, // seconds, median of those that are not 0
  gapZero: 0.3,
}
type Settings = typeof defaults

const BATCH = 1024
const GAP = { spread: 1, most: 90 * 86400 }
const LATEST = 2_147_483_647 // times are i32

const zipf: LogGenerator<Settings> = {
  about: 'Made log with popularity, interests and successors: checks the machinery, does not compare losses',
  defaults,

  schema(): Schema {
    return {
      user: { type: 'i32', shape: [], about: 'row number' },
      items: { type: 'i32', shape: ['*'], about: 'items 1…N in the order of their times' },
      times: { type: 'i32', shape: ['*'], unit: 's', about: 'since the beginning of the log; may be equal' },
    }
  },

  async *rows(params, { from, to }, { seed, signal }) {
    checkSettings(params)
    const world = worldOf(params, seed)
    for (let start = from; start < to; start += BATCH) {
      signal.throwIfAborted()
      yield makeUsers(params, world, seed, start, Math.min(start + BATCH, to))
    }
  },

  law(params, seed) {
    checkSettings(params)
    const world = worldOf(params, seed)
    const made = (row: number) => makeUser(params, world, rng(seed, 'zipf', 'user', row))
    return {
      items: params.items,
      sequence: (row) => made(row).items,
      next(row, place, out) {
        const { items, taste } = made(row)
        nextItem(world, taste, items.subarray(0, place), out)
      },
    }
  },
}

export default zipf

/** A log is made a stretch of rows at a time: the last world is kept, which is O(items). */
let last: { key: string; world: World } | null = null

function worldOf({ users: _, ...params }: Settings, seed: number): World {
  const key = JSON.stringify([seed, params])
  if (last?.key !== key) last = { key, world: makeWorld(params, seed) }
  return last.world
}

function makeWorld(params: Omit<Settings, 'users'>, seed: number): World {
  const { sequence, interest, noise, anchor, repeats } = params
  const market = makeMarket(params, rng(seed, 'zipf', 'market'))
  const seasons = makeSeasons(market, params, rng(seed, 'zipf', 'seasons'))
  const shares = { sequence, interest, popular: 1 - sequence - interest - noise, noise, anchor, repeats }
  return { market, seasons, shares }
}

function makeUsers(params: Settings, world: World, seed: number, from: number, to: number): Columns {
  const rows = to - from
  const user = Int32Array.from({ length: rows }, (_, r) => from + r)
  const streams = Array.from(user, (id) => rng(seed, 'zipf', 'user', id))
  const made = streams.map((stream) => makeUser(params, world, stream))
  const times = made.map(({ items, taste }, r) => makeTimes(params, items.length, taste, streams[r]!))
  return { rows, data: { user, items: made.map(({ items }) => items), times } }
}

function makeUser(params: Settings, world: World, stream: Rng): { items: Int32Array; taste: Taste } {
  const taste = drawTaste(world.market, world.seasons, stream)
  const { lengthLeast, lengthMean, lengthSpread, lengthMost } = params
  const length = lengthLeast + Math.floor(exp(lengthMean + lengthSpread * stream.normal()))
  const most = Math.min(length, lengthMost, Math.ceil(params.items / 2))
  return { taste, items: walk(world, taste, most, stream) }
}

/** Gaps are cut so that the longest history ends within 31 bits of seconds. */
function makeTimes(params: Settings, length: number, taste: Taste, stream: Rng): Int32Array {
  const most = Math.min(GAP.most, Math.floor((LATEST - PERIOD) / params.lengthMost))
  const middle = log(params.gap)
  const times = new Int32Array(length)
  let time = taste.start ?? stream.integer(PERIOD)
  for (let n = 0; n < length; n++) {
    if (n > 0 && stream.uniform() >= params.gapZero) {
      time += Math.min(most, Math.floor(exp(middle + GAP.spread * stream.normal())))
    }
    times[n] = time
  }
  return times
}

function checkSettings(params: Settings): void {
  for (const name of ['users', 'items', 'clusterSize', 'successors', 'lengthLeast', 'lengthMost'] as const) {
    if (params[name] >= 1 && Number.isSafeInteger(params[name])) continue
    throw new UserError(
      `generator zipf: param '${name}' must be a whole number of at least 1 (got ${params[name]})`,
    )
  }
  const { sequence, interest, popular, noise } = params
  const shares = [sequence, interest, popular, noise]
  const sum = shares.reduce((total, share) => total + share, 0)
  if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > 1e-9) {
    throw new UserError(
      `generator zipf: sequence, interest, popular and noise must be at least 0 and sum to 1 (got ${shares.join(', ')})`,
    )
  }
  for (const [name, { least, most }] of Object.entries(RANGES)) {
    const value = params[name as keyof typeof RANGES]
    if (value >= least && value <= most) continue
    throw new UserError(
      `generator zipf: param '${name}' must lie between ${least} and ${most} (got ${value})`,
    )
  }
}

/** 20 for the logarithm of a length: beyond it, exp is far beyond every `lengthMost`. */
const RANGES = {
  popularity: { least: 0, most: 10 },
  damping: { least: 0, most: 10 },
  anchor: { least: 0, most: 1 },
  repeats: { least: 0, most: 1 },
  drift: { least: 0, most: 1 },
  window: { least: 0, most: 100 },
  lengthMean: { least: -20, most: 20 },
  lengthSpread: { least: 0, most: 20 },
  gap: { least: 1, most: GAP.most },
  gapZero: { least: 0, most: 1 },
}
