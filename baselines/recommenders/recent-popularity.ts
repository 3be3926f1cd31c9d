/**
 * What was taken lately: score(j) = number of training users whose last event was j, among the users who were last seen at or
 * after T, the time at index ⌈(1 − share)(U − 1)⌉ of their U sorted last times. All of that moment count, so of a log without
 * times every user's last event does. [N + 1] f64, index 0 unused, whatever the history; the track breaks ties by popularity.
 *
 * Counted are last events alone, because a dataset keeps the time of no other: fewer than all events since T, of the users who
 * went on. In a temporal split, where one test user has many targets, the most popular of the last days was ahead of trained
 * networks (Tikhonovich et al., RecSys 2025, arXiv:2508.06450). Departure: there all events of the last seven days; here a share,
 * since a log need not say the unit of its times.
 */
import type { Interactions, Ranker } from '../../contracts.ts'

const defaults = { share: 0.1 }

const recentPopularity: Ranker<typeof defaults> = {
  about: 'What most users took last among those seen lately, the same for everyone',
  cite: 'arXiv:2508.06450',
  defaults,

  fit(train, { share }) {
    const counts = countLast(train, share)
    return (_history, scores) => scores.set(counts)
  },
}

export default recentPopularity

function countLast({ items, sequences, ends }: Interactions, share: number): Float64Array {
  const counts = new Float64Array(items + 1)
  const since = ends === undefined ? null : momentOf(ends, share)
  for (const [row, sequence] of sequences.entries()) {
    const last = sequence[sequence.length - 1]
    if (last !== undefined && (since === null || ends![row]! >= since)) counts[last]!++
  }
  return counts
}

/** T; null of nobody. */
function momentOf(ends: BigInt64Array, share: number): bigint | null {
  const sorted = ends.slice().sort()
  return sorted[Math.ceil((1 - share) * (sorted.length - 1))] ?? null
}
