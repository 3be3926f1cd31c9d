/**
 * What a log looks like, in numbers that two logs can be compared by.
 *
 *   gini       of the events of items: Σ (2r − N − 1) c_r / (N Σ c), counts ascending, r from 1
 *   top1       share of the events on the most popular 1 % of items (at least one)
 *   slope      least-squares slope of log count on log rank over the more popular half of the catalog
 *   repeats    share of events, after a user's first, whose item the user has had
 *   followed   share of steps i → j that another step of the log repeats: how concentrated successors are
 *   popular, markov, shuffled, itemknn   NDCG@10, leave-one-out: the last event is asked for, the last two are not learned
 *              from; the whole catalog is ranked without what was had. shuffled: markov after the events of each training and
 *              each asked history were put in random order. itemknn: cosine, all neighbors.
 *   turnover   total variation between the targets of the earlier and the later half of users, less that of two random halves;
 *              null without times
 * Ranges of real logs: acceptance.ts.
 */
import itemknn from '../../baselines/recommenders/itemknn.ts'
import markov from '../../baselines/recommenders/markov.ts'
import popularity from '../../baselines/recommenders/popularity.ts'
import type { Ranker, Rng } from '../../contracts.ts'
import { permutation } from '../../math/permutation.ts'
import { quantile } from '../../math/statistics.ts'
import { countItems } from '../sequences.ts'
import { topItems } from '../top-items.ts'
import { eventsOf, type Log, numbered } from './cut.ts'

export interface Shape {
  users: number
  items: number
  events: number
  meanLength: number
  medianLength: number
  longest: number
  itemMedian: number
  itemMost: number
  gini: number
  top1: number
  slope: number
  repeats: number
  followed: number
  popular: number
  markov: number
  shuffled: number
  itemknn: number
  turnover: number | null
}

const K = 10
const LEAST = 3 // events of a user who is asked

/** `asked`: how many users at most are asked, drawn at random. */
export function shapeOf(log: Log, asked: number, rng: Rng): Shape {
  const { items, sequences } = numbered(log)
  const lengths = sequences.map((events) => events.length)
  const counts = countItems(sequences, items).subarray(1).sort()
  const again = sequences.reduce((sum, events) => sum + events.length - new Set(events).size, 0)
  const later = eventsOf(log) - sequences.length
  return {
    users: sequences.length,
    items,
    events: eventsOf(log),
    meanLength: eventsOf(log) / sequences.length,
    medianLength: quantile(lengths, 0.5),
    longest: lengths.reduce((most, length) => Math.max(most, length), 0),
    itemMedian: quantile(counts, 0.5),
    itemMost: counts[items - 1]!,
    ...spreadOf(counts),
    repeats: later === 0 ? 0 : again / later,
    followed: followedOf(sequences),
    ...scoresOf(items, sequences, asked, rng),
    turnover: turnoverOf(sequences, log.moments, rng),
  }
}

/** Of counts in ascending order. */
export function spreadOf(counts: Float64Array): Pick<Shape, 'gini' | 'top1' | 'slope'> {
  const items = counts.length
  const total = counts.reduce((sum, count) => sum + count, 0)
  const weighted = counts.reduce((sum, count, n) => sum + (2 * (n + 1) - items - 1) * count, 0)
  const top = counts.subarray(items - Math.max(1, Math.floor(items / 100)))
  const half = counts.slice(Math.floor(items / 2)).reverse()
  const points = Array.from(half, (count, n) => [Math.log(n + 1), Math.log(count)] as const)
  const center = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  const [x, y] = [center(0), center(1)]
  const across = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  const along = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
  return {
    gini: weighted / (items * total),
    top1: top.reduce((sum, count) => sum + count, 0) / total,
    slope: along === 0 ? 0 : across / along,
  }
}

function followedOf(sequences: readonly Int32Array[]): number {
  const steps = new Map<string, number>()
  let all = 0
  for (const events of sequences) {
    for (let n = 1; n < events.length; n++) {
      const step = `${events[n - 1]} ${events[n]}`
      steps.set(step, (steps.get(step) ?? 0) + 1)
      all++
    }
  }
  const once = [...steps.values()].filter((count) => count === 1).length
  return all === 0 ? 0 : 1 - once / all
}

function scoresOf(items: number, sequences: readonly Int32Array[], asked: number, rng: Rng) {
  const testable = [...sequences.keys()].filter((row) => sequences[row]!.length >= LEAST)
  const chosen = Array.from(permutation(testable.length, rng).subarray(0, asked), (n) => testable[n]!)
  const targets = chosen.map((row) => sequences[row]!.at(-1)!)
  const train = sequences.map((events) => (events.length < LEAST ? events : events.subarray(0, -2)))
  const histories = chosen.map((row) => sequences[row]!.subarray(0, -1))
  const mixed = (events: Int32Array) => permutation(events.length, rng).map((n) => events[n]!)
  const asking = { items, train, histories, targets }
  const near = { neighbors: items, shrink: 0 }
  return {
    popular: ndcgOf(popularity, {}, asking),
    markov: ndcgOf(markov, {}, asking),
    shuffled: ndcgOf(markov, {}, { ...asking, train: train.map(mixed), histories: histories.map(mixed) }),
    itemknn: ndcgOf(itemknn as Ranker, near, asking),
  }
}

interface Asking {
  items: number
  train: readonly Int32Array[]
  histories: readonly Int32Array[]
  targets: readonly number[]
}

function ndcgOf(
  method: Ranker,
  params: Record<string, number>,
  { items, train, histories, targets }: Asking,
): number {
  const rank = method.fit({ items, sequences: train }, params)
  const counts = countItems(train, items)
  const scores = new Float64Array(items + 1)
  let sum = 0
  histories.forEach((history, row) => {
    rank(history, scores)
    const place = topItems(scores, history, counts, K).indexOf(targets[row]!)
    if (place >= 0) sum += 1 / Math.log2(place + 2)
  })
  return histories.length === 0 ? 0 : sum / histories.length
}

function turnoverOf(sequences: readonly Int32Array[], moments: Log['moments'], rng: Rng): number | null {
  if (moments === null || sequences.length < 2) return null
  const byTime = [...moments.keys()].sort((a, b) => moments[a]!.last - moments[b]!.last)
  const random = [...permutation(sequences.length, rng)]
  const between = (order: readonly number[]) => {
    const shares = new Map<number, number>()
    const middle = Math.floor(order.length / 2)
    order.forEach((row, n) => {
      const item = sequences[row]!.at(-1)!
      const share = n < middle ? 1 / middle : -1 / (order.length - middle)
      shares.set(item, (shares.get(item) ?? 0) + share)
    })
    return [...shares.values()].reduce((sum, share) => sum + Math.abs(share), 0) / 2
  }
  return between(byTime) - between(random)
}
