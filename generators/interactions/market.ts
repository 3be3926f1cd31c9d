/**
 * The items of the made log: clusters, attractiveness and successors.
 *
 * Items 0 … N−1 lie cluster after cluster, so that a draw inside a cluster is a draw from a range. Cluster c = 1, 2, …
 * holds a share ∝ c^-0.6 of them; one whose share is less than an item may be left out. Item i has a random rank r of its own
 * and attractiveness a = r^-z. Its S successors are each, with probability 0.9, another item of its cluster (drawn with a^β), else
 * any other item (drawn with a).
 *
 * Running sums over the whole catalog hold 16 digits of it all, so where zβ is large they know nothing of its light clusters:
 * those have sums of their own. Another item than i is drawn by drawing until it is another; where i leaves next to nothing to the
 * others that would not end, and it is taken out of the sums instead. The law is the same, and at ordinary params neither happens.
 */
import type { Rng } from '../../contracts.ts'
import { exp, log } from '../../math/elementary.ts'
import { permutation } from '../../math/permutation.ts'

export interface Market {
  items: number
  start: Int32Array // [clusters + 1] first item of each cluster
  clusterOf: Int32Array // [N]
  sharp: Float64Array // [N + 1] running sums of a
  soft: Float64Array // [N + 1] running sums of a^β
  light: ReadonlyMap<number, Float64Array> // [size of the cluster + 1] its own running sums, ∝ a^β, of each cluster too light for `soft`
  successors: Int32Array // [N, S]
}
export interface MarketParams {
  items: number
  clusterSize: number
  popularity: number // z
  damping: number // β
  successors: number // S
}

/** Items first ≤ i < first + size; sums[from + n] is the weight of those before first + n. */
export interface Stretch {
  first: number
  size: number
  sums: Float64Array
  from: number
}

const STAY = 0.9
const LIGHT = 1e-9 // of the weight of all: 7 digits of a sum are left for it
const RARE = 1e-4 // what an item leaves to the others, at least, for 10,000 draws to bring one of them

export function makeMarket(params: MarketParams, rng: Rng): Market {
  const { items, popularity, damping } = params
  const start = clusterStarts(items, Math.max(1, Math.round(items / params.clusterSize)))
  const clusterOf = new Int32Array(items)
  for (let c = 0; c + 1 < start.length; c++) clusterOf.fill(c, start[c], start[c + 1])
  const ranks = permutation(items, rng)
  const soft = runningSums(ranks, popularity * damping)
  const market: Market = {
    items,
    start,
    clusterOf,
    sharp: runningSums(ranks, popularity),
    soft,
    light: lightSums(ranks, popularity * damping, start, soft),
    successors: new Int32Array(items * params.successors),
  }
  const all = { first: 0, size: items, sums: market.sharp, from: 0 }
  for (let i = 0; i < items; i++) {
    const cluster = stretchOf(market, clusterOf[i]!)
    const near = cluster.size > 1 ? others(cluster, i, ranks, popularity * damping) : null
    const far = others(all, i, ranks, popularity)
    for (let s = 0; s < params.successors; s++) {
      market.successors[i * params.successors + s] =
        rng.uniform() < STAY && near !== null ? near(rng) : far(rng)
    }
  }
  return market
}

/** An item of from ≤ i < to, with probability proportional to its weight. */
export function draw(sums: Float64Array, from: number, to: number, rng: Rng): number {
  const goal = sums[from]! + rng.uniform() * (sums[to]! - sums[from]!)
  let low = from
  let high = to - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (sums[middle]! <= goal) low = middle
    else high = middle - 1
  }
  return low
}

export function drawInCluster(market: Market, cluster: number, rng: Rng): number {
  return drawIn(stretchOf(market, cluster), rng)
}

/** The items of a cluster with weights ∝ a^β; never without weight. */
export function stretchOf({ start, soft, light }: Market, cluster: number): Stretch {
  const first = start[cluster]!
  const size = start[cluster + 1]! - first
  const own = light.get(cluster)
  return own === undefined ? { first, size, sums: soft, from: first } : { first, size, sums: own, from: 0 }
}

function drawIn({ first, size, sums, from }: Stretch, rng: Rng): number {
  return first + draw(sums, from, from + size, rng) - from
}

/** Draws of the items of a stretch but for one, which is what they are where it is alone. */
function others(stretch: Stretch, item: number, ranks: Int32Array, exponent: number): (rng: Rng) => number {
  const { first, size, sums, from } = stretch
  if (size === 1) return () => item
  const to = from + size
  const at = from + item - first
  const left = sums[at]! - sums[from]! + (sums[to]! - sums[at + 1]!)
  if (left > RARE * (sums[to]! - sums[from]!))
    return (rng) => {
      for (;;) {
        const next = drawIn(stretch, rng)
        if (next !== item) return next
      }
    }
  const rest = runningSums(
    ranks.slice(first, first + size).filter((_, n) => first + n !== item),
    exponent,
  )
  return (rng) => {
    const next = first + draw(rest, 0, size - 1, rng)
    return next < item ? next : next + 1
  }
}

function clusterStarts(items: number, clusters: number): Int32Array {
  const shares = Float64Array.from({ length: clusters }, (_, c) => power(c + 1, -0.6))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const start = new Int32Array(clusters + 1)
  let sum = 0
  for (let c = 0; c < clusters; c++) {
    start[c] = Math.floor((items * sum) / total)
    sum += shares[c]!
  }
  start[clusters] = items
  return start.filter((from, c) => c === clusters || from < start[c + 1]!) // none is empty: a user may come to any
}

function lightSums(ranks: Int32Array, exponent: number, start: Int32Array, soft: Float64Array) {
  const light = new Map<number, Float64Array>()
  const least = LIGHT * soft[ranks.length]!
  for (let c = 0; c + 1 < start.length; c++) {
    const [from, to] = [start[c]!, start[c + 1]!]
    if (soft[to]! - soft[from]! < least) light.set(c, runningSums(ranks.subarray(from, to), exponent))
  }
  return light
}

/** Running sums of ((rank + 1) / (least rank + 1))^-exponent, ranks from 0: the best has weight 1, so the sum never vanishes. */
function runningSums(ranks: Int32Array, exponent: number): Float64Array {
  const best = ranks.reduce((least, rank) => Math.min(least, rank)) + 1
  const sums = new Float64Array(ranks.length + 1)
  ranks.forEach((rank, i) => {
    sums[i + 1] = sums[i]! + power((rank + 1) / best, -exponent)
  })
  return sums
}

function power(base: number, exponent: number): number {
  return exp(exponent * log(base))
}
