/**
 * The k best items of a catalog, best first: higher score, then higher training popularity, then smaller id.
 * That order is total, so a list is the same whatever made the scores, and in however many runs they came. O(N + insertions):
 * most items fail against the k-th best at once.
 *
 * Items of the history are left out, items whose score is NaN too. 0 fills a list that the catalog cannot.
 */

export interface TopList {
  items: Int32Array // [k], best first
  /** scores[j] is that of item first + j; runs come in rising order of ids. */
  offer(scores: Float64Array, first: number): void
}

/** popularity[item] for items 1 … N; index 0 is unused. */
export function openTop(history: Int32Array, popularity: Float64Array, k: number): TopList {
  const [items, values] = [new Int32Array(k), new Float64Array(k)]
  const seen = new Set(history)
  const precedes = (item: number, score: number, place: number) =>
    score === values[place]
      ? popularity[item]! > popularity[items[place]!]! // ids come in rising order: a full tie keeps what was there
      : score > values[place]!
  let found = 0
  let least = Number.NEGATIVE_INFINITY // the score to reach, once the list is full

  const insert = (item: number, score: number) => {
    let place = found === k ? k - 1 : found++
    for (; place > 0 && precedes(item, score, place - 1); place--) {
      items[place] = items[place - 1]!
      values[place] = values[place - 1]!
    }
    items[place] = item
    values[place] = score
    if (found === k) least = values[k - 1]!
  }
  return {
    items,
    offer(scores, first) {
      for (let j = 0; j < scores.length; j++) {
        const score = scores[j]!
        if (!(score >= least)) continue
        const item = first + j
        if (found === k && !precedes(item, score, k - 1)) continue
        if (!seen.has(item)) insert(item, score) // looked up last, since it costs most
      }
    },
  }
}

/** scores[item] for items 1 … N; index 0 is unused. Returns ids [k]. */
export function topItems(
  scores: Float64Array,
  history: Int32Array,
  popularity: Float64Array,
  k: number,
): Int32Array {
  const { items, offer } = openTop(history, popularity, k)
  offer(scores.subarray(1), 1)
  return items
}
