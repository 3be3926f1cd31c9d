/**
 * Where the target stands in the list of a Markov chain (baselines/recommenders/markov.ts), without the list: before it are those of
 * the items that came after the last one and, where it is none of them, the most popular of the rest. So every user of a
 * catalog of millions can be asked, which lists of all scores would take hours for.
 */
import { countSteps } from '../../../baselines/recommenders/markov.ts'
import { countItems } from '../../../benchmarks/sequences.ts'
import type { Interactions } from '../../../contracts.ts'

/**
 * `asked` holds the events of users, the target last. Places 1 … `most`, 0 where the target is not among them or was taken before.
 * The order is that of every list: score, then popularity in training, then the smaller id; items of the history are left out.
 */
export function markovPlaces(train: Interactions, asked: readonly Int32Array[], most: number): Int32Array {
  const { starts, nexts, counts } = countSteps(train)
  const popularity = countItems(train.sequences, train.items)
  const popular = byPopularity(popularity)
  const isPreferred = (item: number, to: number) =>
    popularity[item] === popularity[to] ? item < to : popularity[item]! > popularity[to]!

  return Int32Array.from(asked, (events) => {
    const target = events[events.length - 1]!
    const history = events.subarray(0, -1)
    const seen = new Set(history)
    if (seen.has(target)) return 0
    const last = history[history.length - 1]
    const [from, to] = last === undefined ? [0, 0] : [starts[last]!, starts[last + 1]!]
    const own = find(nexts, target, from, to)
    const score = own === -1 ? 0 : counts[own]!
    let place = 1
    for (let n = from; n < to && place <= most; n++) {
      const item = nexts[n]!
      const isBefore = counts[n]! > score || (counts[n] === score && isPreferred(item, target))
      if (isBefore && !seen.has(item)) place++
    }
    for (let n = 0; score === 0 && place <= most && popular[n] !== target; n++) {
      const item = popular[n]!
      if (!seen.has(item) && find(nexts, item, from, to) === -1) place++
    }
    return place <= most ? place : 0
  })
}

/** Items 1 … N, the most popular first, equals by their ids: sorted by counting. */
function byPopularity(popularity: Float64Array): Int32Array {
  const items = popularity.length - 1
  const most = popularity.reduce((one, other) => Math.max(one, other), 0)
  const starts = new Int32Array(most + 2) // where those begin that are so much less popular than the first
  for (let item = 1; item <= items; item++) starts[most - popularity[item]! + 1]!++
  for (let less = 0; less <= most; less++) starts[less + 1]! += starts[less]!
  const order = new Int32Array(items)
  for (let item = 1; item <= items; item++) order[starts[most - popularity[item]!]!++] = item
  return order
}

/** The index of `wanted` in rising[from … to), −1 where it is not there. */
function find(rising: Int32Array, wanted: number, from: number, to: number): number {
  const end = to
  while (from < to) {
    const middle = (from + to) >> 1
    if (rising[middle]! < wanted) from = middle + 1
    else to = middle
  }
  return from < end && rising[from] === wanted ? from : -1
}
