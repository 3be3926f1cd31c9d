/**
 * The items of the made log: clusters, attractiveness and successors.
 *
 * Items 0 … N−1 lie cluster after cluster, so that a draw inside a cluster is a draw from a range. Cluster c = 1, 2, …
 * holds a share ∝ c^-0.6 of them; one whose share is less than an item may be left out. Item i has a random rank r of its own and attractiveness a = r^-z. Its S successors are
 * each, with probability 0.9, another item of its cluster (drawn with a^β), else any item (drawn with a).
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
  successors: Int32Array // [N, S]
}
export interface MarketParams {
  items: number
  clusterSize: number
  popularity: number // z
  damping: number // β
  successors: number // S
}

const STAY = 0.9

export function makeMarket(params: MarketParams, rng: Rng): Market {
  const { items, popularity, damping } = params
  const start = clusterStarts(items, Math.max(1, Math.round(items / params.clusterSize)))
  const clusterOf = new Int32Array(items)
  for (let c = 0; c + 1 < start.length; c++) clusterOf.fill(c, start[c], start[c + 1])
  const ranks = permutation(items, rng)
  const market: Market = {
    items,
    start,
    clusterOf,
    sharp: runningSums(ranks, popularity),
    soft: runningSums(ranks, popularity * damping),
    successors: new Int32Array(items * params.successors),
  }
  for (let i = 0; i < items; i++) {
    for (let s = 0; s < params.successors; s++) {
      market.successors[i * params.successors + s] = drawSuccessor(market, i, rng)
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
  return draw(market.soft, market.start[cluster]!, market.start[cluster + 1]!, rng)
}

function drawSuccessor(market: Market, item: number, rng: Rng): number {
  const cluster = market.clusterOf[item]!
  const alone = market.start[cluster + 1]! - market.start[cluster]! < 2
  const stays = rng.uniform() < STAY && !alone
  for (;;) {
    const next = stays ? drawInCluster(market, cluster, rng) : draw(market.sharp, 0, market.items, rng)
    if (next !== item || market.items === 1) return next
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

/** Running sums of (rank + 1)^-exponent, ranks from 0. */
function runningSums(ranks: Int32Array, exponent: number): Float64Array {
  const sums = new Float64Array(ranks.length + 1)
  ranks.forEach((rank, i) => {
    sums[i + 1] = sums[i]! + power(rank + 1, -exponent)
  })
  return sums
}

function power(base: number, exponent: number): number {
  return exp(exponent * log(base))
}
