/**
 * score(j) = Σ_u |{ n : s_u,n = j }|, the number of events of item j in training (s_u,n the n-th item of user u), whatever the
 * history: repeats count. [N + 1] f64, index 0 unused. Equal counts are left equal: the track breaks ties.
 */
import type { Ranker } from '../../contracts.ts'

const popularity: Ranker = {
  about: 'The items with most events in training, the same for everyone',
  defaults: {},

  fit({ items, sequences }) {
    const counts = new Float64Array(items + 1)
    for (const sequence of sequences) for (const item of sequence) counts[item]!++
    return (_history, scores) => {
      scores.set(counts)
      scores[0] = 0
    }
  },
}

export default popularity
