/**
 * The items of one user of the made log, and the exact law of each of them.
 *
 * Place n (from 0) takes, with probability `repeats` (n > 0), an earlier event of the user, all alike. Else one source:
 *   sequence  a successor of the g-th last item, number s with weight 1/s; P(g) = (1 − a) a^(g−1), a = `anchor`, and g = n takes
 *             what is left; on the first place interest stands for it,
 *   interest  an item of one of the user's clusters, ∝ attractiveness^β inside,
 *   popular   any item, ∝ attractiveness,
 *   noise     any item, all alike.
 * An item that the user has had, or that is not offered (taste.ts), is drawn again, source and all. After 50 draws in vain: the
 * next item not had, from a random place on.
 */
import type { Rng } from '../../contracts.ts'
import { draw, drawInCluster, type Market, stretchOf } from './market.ts'
import { activity, type Seasons, type Taste } from './taste.ts'

export interface Shares {
  sequence: number
  interest: number
  popular: number // what the others leave: 1 − sequence − interest − noise
  noise: number
  anchor: number
  repeats: number
}

/** All that users have in common. */
export interface World {
  shares: Shares
  market: Market
  seasons: Seasons | null
}

const TRIES = 50

/** Items 1…N of a user. */
export function walk(world: World, taste: Taste, length: number, stream: Rng): Int32Array {
  const { repeats } = world.shares
  const items = new Int32Array(length)
  const seen = new Set<number>()
  for (let n = 0; n < length; n++) {
    if (n > 0 && repeats > 0 && stream.uniform() < repeats) {
      items[n] = items[stream.integer(n)]!
      continue
    }
    const item = fresh(world, taste, items.subarray(0, n), seen, stream)
    seen.add(item)
    items[n] = item + 1
  }
  return items
}

/**
 * law[j] = P(the next item is j | taste, items before), j = 1…N; law[0] = 0. It sums to 1 but for rounding. With p the mixture of
 * the sources, o the probability of being offered, F = 1 − Σ p o over the items not had:
 *   law = (1 − r) (p o (1 − F^50) / (1 − F) + F^50 f) + r · (share of the events before),   f: the next item not had.
 */
export function nextItem(world: World, taste: Taste, before: Int32Array, law: Float64Array): void {
  const { market, seasons, shares } = world
  mixture(world, taste, before, law)
  const had = new Set(before)
  let accepted = 0
  for (let j = 1; j <= market.items; j++) {
    if (had.has(j)) law[j] = 0
    else if (seasons !== null) law[j]! *= activity(seasons, taste, j - 1)
    accepted += law[j]!
  }
  let failed = 1
  for (let tries = 0; tries < TRIES; tries++) failed *= Math.max(0, 1 - accepted)
  const scale = accepted > 0 ? (1 - failed) / accepted : 0
  for (let j = 1; j <= market.items; j++) law[j]! *= scale
  if (failed > 0) addFallback(law, had, failed)
  if (before.length === 0 || shares.repeats === 0) return
  for (let j = 1; j <= market.items; j++) law[j]! *= 1 - shares.repeats
  for (const item of before) law[item]! += shares.repeats / before.length
}

/** One draw of the sources, whatever was had before. */
function mixture(
  { shares, market }: World,
  { clusters, cuts }: Taste,
  before: Int32Array,
  law: Float64Array,
): void {
  const { items, sharp, successors } = market
  const sequence = before.length > 0 ? shares.sequence : 0
  const interest = shares.interest + shares.sequence - sequence
  law[0] = 0
  const all = sharp[items]!
  for (let j = 0; j < items; j++)
    law[j + 1] = (shares.popular * (sharp[j + 1]! - sharp[j]!)) / all + shares.noise / items
  const parts = [cuts[0], cuts[1] - cuts[0], 1 - cuts[1]]
  clusters.forEach((cluster, k) => {
    const { first, size, sums, from } = stretchOf(market, cluster)
    const weight = (interest * parts[k]!) / (sums[from + size]! - sums[from]!)
    for (let n = 0; n < size; n++) law[first + n + 1]! += weight * (sums[from + n + 1]! - sums[from + n]!)
  })
  if (sequence === 0) return
  const count = successors.length / items
  let left = 1 // probability that g is not among those before
  for (let g = 1; g <= before.length && left > 0; g++) {
    const here = g === before.length ? left : left * (1 - shares.anchor)
    left -= here
    const row = (before[before.length - g]! - 1) * count
    for (let s = 0; s < count; s++)
      law[successors[row + s]! + 1]! += (sequence * here) / (s + 1) / harmonicSum(count)
  }
}

/** From a random place on, the next item not had: item j is met from its own place and from each had item right before it. */
function addFallback(law: Float64Array, had: ReadonlySet<number>, failed: number): void {
  const items = law.length - 1
  if (had.size >= items) return
  let run = 0 // items had right before j, around the end
  while (had.has(items - run)) run++
  for (let j = 1; j <= items; j++) {
    if (had.has(j)) run++
    else {
      law[j]! += (failed * (run + 1)) / items
      run = 0
    }
  }
}

/** An item (from 0) that is not in `seen`. */
function fresh(
  world: World,
  taste: Taste,
  before: Int32Array,
  seen: ReadonlySet<number>,
  stream: Rng,
): number {
  const { market, seasons } = world
  for (let tries = 0; tries < TRIES; tries++) {
    const item = step(world, taste, before, stream)
    if (seen.has(item)) continue
    if (seasons === null || seasons.window === 0 || stream.uniform() < activity(seasons, taste, item))
      return item
  }
  let item = stream.integer(market.items)
  while (seen.has(item)) item = (item + 1) % market.items
  return item
}

/** One draw of the sources, from 0. */
function step({ shares, market }: World, taste: Taste, before: Int32Array, stream: Rng): number {
  const place = stream.uniform()
  if (place < shares.sequence && before.length > 0) {
    let g = 1
    while (g < before.length && shares.anchor > 0 && stream.uniform() < shares.anchor) g++
    const count = market.successors.length / market.items
    return market.successors[(before[before.length - g]! - 1) * count + harmonic(count, stream)]!
  }
  if (place < shares.sequence + shares.interest)
    return drawInCluster(market, pickCluster(taste, stream), stream)
  if (place < 1 - shares.noise) return draw(market.sharp, 0, market.items, stream)
  return stream.integer(market.items)
}

function pickCluster({ clusters, cuts }: Taste, stream: Rng): number {
  const place = stream.uniform()
  return clusters[cuts.filter((cut) => cut < place).length]!
}

/** 0 ≤ s < count with weights 1, 1/2, 1/3, … */
function harmonic(count: number, stream: Rng): number {
  let left = stream.uniform() * harmonicSum(count)
  for (let s = 1; s < count; s++) {
    left -= 1 / s
    if (left < 0) return s - 1
  }
  return count - 1
}

function harmonicSum(count: number): number {
  let total = 0
  for (let s = 1; s <= count; s++) total += 1 / s
  return total
}
