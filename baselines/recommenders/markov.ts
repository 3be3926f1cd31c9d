/**
 * First-order Markov chain, with s_u,n the n-th item of user u in training:
 *
 *   score(j | last item i) = Σ_u |{ n : s_u,n = i, s_u,n+1 = j }|, the number of times j came directly after i
 *
 * scores [N + 1] f64, index 0 unused; all zero after an empty history or an item that nothing followed.
 * Raw counts: items that tie, the zeros above all, are ordered by the track (popularity, then the smaller item).
 *
 * The counts are stored by rows (i → its successors), so memory goes with the number of different steps, not with N².
 * Every sequential model should beat it; see arXiv:2408.12008 on logs in which it cannot do much.
 */
import type { Interactions, Ranker } from '../../contracts.ts'

const markov: Ranker = {
  about: 'What most often came directly after the last item',
  defaults: {},

  fit(train) {
    const { starts, nexts, counts } = countSteps(train)
    return (history, scores) => {
      scores.fill(0)
      const last = history[history.length - 1]
      if (last === undefined) return
      for (let n = starts[last]!; n < starts[last + 1]!; n++) scores[nexts[n]!] = counts[n]!
    }
  },
}

export default markov

export interface Steps {
  starts: Int32Array // [N + 2] where the row of item i begins
  nexts: Int32Array // successors, ascending inside a row
  counts: Int32Array
}

/** All steps sorted into rows by their first item, each row sorted, equal steps counted once. */
export function countSteps({ items, sequences }: Interactions): Steps {
  const rows = new Int32Array(items + 2)
  for (const sequence of sequences) for (let n = 1; n < sequence.length; n++) rows[sequence[n - 1]! + 1]!++
  for (let i = 0; i <= items; i++) rows[i + 1]! += rows[i]!
  const nexts = new Int32Array(rows[items + 1]!)
  const fill = rows.slice()
  for (const sequence of sequences) {
    for (let n = 1; n < sequence.length; n++) nexts[fill[sequence[n - 1]!]!++] = sequence[n]!
  }
  return mergeEqual(rows, nexts)
}

/** In place: what is written never runs ahead of what is read. */
function mergeEqual(rows: Int32Array, nexts: Int32Array): Steps {
  const starts = new Int32Array(rows.length)
  const counts = new Int32Array(nexts.length)
  let end = 0
  for (let i = 0; i + 1 < rows.length; i++) {
    const row = nexts.slice(rows[i], rows[i + 1]).sort()
    starts[i] = end
    for (let n = 0; n < row.length; n++) {
      if (n === 0 || row[n] !== row[n - 1]) nexts[end++] = row[n]!
      counts[end - 1]!++
    }
  }
  starts[rows.length - 1] = end
  return { starts, nexts: nexts.slice(0, end), counts: counts.slice(0, end) }
}
