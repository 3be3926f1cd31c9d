/**
 * A made log of interactions. A row is one user.
 *
 * Each step of a user takes one source: with `sequence` a successor of the last item (number s with weight 1/s), with
 * `interest` an item of one of the user's three clusters (drawn with attractiveness^damping), with `popular` any item
 * (drawn with attractiveness), with `noise` any item, all alike. An item the user has had is drawn again. The three
 * clusters are drawn by size and mixed by Dirichlet(1, 1, 1); length = 4 + ⌊lognormal(1.35, 0.95)⌋, at most 200 and at
 * most half the catalog. interactions/market.ts has the items.
 * Times are seconds since the beginning of the log: start uniform over two years, gap 0 with probability 0.3, else
 * lognormal with a median of four days, at most 90 days.
 *
 * What it will not do: say which loss or model is better on real data. The defaults bring the scores of popularity,
 * Markov and item-kNN near those of Amazon categories cut to the same size, but its counts are too even (Gini 0.30
 * where real ones have 0.36 to 0.50) and the order of the best losses on such logs is not theirs on real ones.
 * Use it for correctness, memory and speed.
 */
import type { Columns, Generator, Rng, Schema } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { exp, log } from '../math/elementary.ts'
import { rng } from '../math/rng.ts'
import { draw, drawInCluster, type Market, makeMarket } from './interactions/market.ts'

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
}
type Settings = typeof defaults

const BATCH = 1024
const CLUSTERS = 3
const LENGTH = { least: 4, mean: 1.35, spread: 0.95, most: 200 }
const PERIOD = 2 * 365 * 86400 // seconds
const GAP = { median: 4 * 86400, spread: 1, most: 90 * 86400, zero: 0.3 }

const zipf: Generator<Settings> = {
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
    const market = makeMarket(params, rng(seed, 'zipf', 'market'))
    for (let start = from; start < to; start += BATCH) {
      signal.throwIfAborted()
      yield makeUsers(params, market, seed, start, Math.min(start + BATCH, to))
    }
  },
}

export default zipf

function checkSettings({ users, items, clusterSize, successors, ...rest }: Settings): void {
  for (const [name, value] of Object.entries({ users, items, clusterSize, successors })) {
    if (!(value >= 1) || !Number.isSafeInteger(value)) {
      throw new UserError(
        `generator zipf: param '${name}' must be a whole number of at least 1 (got ${value})`,
      )
    }
  }
  const shares = [rest.sequence, rest.interest, rest.popular, rest.noise]
  const sum = shares.reduce((total, share) => total + share, 0)
  if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > 1e-9) {
    throw new UserError(
      `generator zipf: sequence, interest, popular and noise must be at least 0 and sum to 1 (got ${shares.join(', ')})`,
    )
  }
}

function makeUsers(params: Settings, market: Market, seed: number, from: number, to: number): Columns {
  const rows = to - from
  const user = Int32Array.from({ length: rows }, (_, r) => from + r)
  const streams = Array.from(user, (id) => rng(seed, 'zipf', 'user', id))
  const items = streams.map((stream) => makeItems(params, market, stream))
  const times = streams.map((stream, r) => makeTimes(items[r]!.length, stream))
  return { rows, data: { user, items, times } }
}

function makeItems(params: Settings, market: Market, stream: Rng): Int32Array {
  const clusters = Array.from({ length: CLUSTERS }, () => market.clusterOf[stream.integer(market.items)]!)
  // two sorted uniforms cut [0, 1] into three shares that are Dirichlet(1, 1, 1)
  const [u, v] = [stream.uniform(), stream.uniform()]
  const cuts = [Math.min(u, v), Math.max(u, v)]
  const pickCluster = () => {
    const place = stream.uniform()
    return clusters[cuts.filter((cut) => cut < place).length]!
  }
  const length = LENGTH.least + Math.floor(exp(LENGTH.mean + LENGTH.spread * stream.normal()))
  const items = new Int32Array(Math.min(length, LENGTH.most, Math.ceil(market.items / 2)))
  const seen = new Set<number>()
  for (let n = 0; n < items.length; n++) {
    const item = fresh(seen, market.items, stream, () =>
      step(params, market, items[n - 1], pickCluster, stream),
    )
    seen.add(item)
    items[n] = item + 1
  }
  return items
}

/** One draw; `last` is the item before (from 1), undefined at the beginning, where interest takes the place of sequence. */
function step(
  params: Settings,
  market: Market,
  last: number | undefined,
  pickCluster: () => number,
  stream: Rng,
): number {
  const place = stream.uniform()
  if (place < params.sequence && last !== undefined) {
    return market.successors[(last - 1) * params.successors + harmonic(params.successors, stream)]!
  }
  if (place < params.sequence + params.interest) return drawInCluster(market, pickCluster(), stream)
  if (place < 1 - params.noise) return draw(market.sharp, 0, market.items, stream)
  return stream.integer(market.items)
}

/** An item not had before: drawn up to 50 times, then the next one free after a random place. */
function fresh(seen: ReadonlySet<number>, items: number, stream: Rng, next: () => number): number {
  for (let tries = 0; tries < 50; tries++) {
    const item = next()
    if (!seen.has(item)) return item
  }
  let item = stream.integer(items)
  while (seen.has(item)) item = (item + 1) % items
  return item
}

/** 0 ≤ s < count with weights 1, 1/2, 1/3, … */
function harmonic(count: number, stream: Rng): number {
  let total = 0
  for (let s = 1; s <= count; s++) total += 1 / s
  let left = stream.uniform() * total
  for (let s = 1; s < count; s++) {
    left -= 1 / s
    if (left < 0) return s - 1
  }
  return count - 1
}

/** At most 2 years + 200 gaps of 90 days: within 31 bits of seconds. */
function makeTimes(length: number, stream: Rng): Int32Array {
  const times = new Int32Array(length)
  let time = stream.integer(PERIOD)
  for (let n = 0; n < length; n++) {
    if (n > 0 && stream.uniform() >= GAP.zero) {
      time += Math.min(GAP.most, Math.floor(exp(log(GAP.median) + GAP.spread * stream.normal())))
    }
    times[n] = time
  }
  return times
}
