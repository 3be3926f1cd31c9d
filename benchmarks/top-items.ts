/**
 * The k best items of a catalog, best first: higher score, then higher training popularity, then smaller id.
 * That order is total, so a list is the same whatever made the scores. O(N + insertions): most items fail against the
 * k-th best at once.
 *
 * Items of the history are left out, items whose score is NaN too. 0 fills a list that the catalog cannot.
 */

/** scores[item] and popularity[item] for items 1 … N; index 0 is unused. Returns ids [k]. */
export function topItems(
  scores: Float64Array,
  history: Int32Array,
  popularity: Float64Array,
  k: number,
): Int32Array {
  const list = new Int32Array(k)
  const seen = new Set(history)
  const precedes = (item: number, other: number) =>
    scores[item] === scores[other]
      ? popularity[item]! > popularity[other]! // ids come in rising order: a full tie keeps what was there
      : scores[item]! > scores[other]!
  let found = 0
  let least = Number.NEGATIVE_INFINITY // the score to reach, once the list is full
  for (let item = 1; item < scores.length; item++) {
    if (!(scores[item]! >= least)) continue
    const full = found === k
    if (full && !precedes(item, list[k - 1]!)) continue
    if (seen.has(item)) continue // last, since it costs most
    let place = full ? k - 1 : found++
    for (; place > 0 && precedes(item, list[place - 1]!); place--) list[place] = list[place - 1]!
    list[place] = item
    if (found === k) least = scores[list[k - 1]!]!
  }
  return list
}
