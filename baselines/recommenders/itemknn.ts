/**
 * Nearest neighbors among items. With U_i the users who took item i,
 *
 *   s_ij = |U_i ∩ U_j| / (√|U_i| √|U_j| + h),   s_ii = 0,
 *   score(j) = Σ_i s_ij   over the distinct items i of the history that are among the k items most similar to j.
 *
 * Equal similarities at the cut are kept by the smaller item. [N + 1] f64, index 0 unused. Order and repeats do not matter.
 * Time goes with Σ_u |I_u|², memory with k N. Sarwar et al., WWW 2001 (doi:10.1145/371920.372071); shrinkage h and the choice of
 * columns as in Dacrema, Cremonesi, Jannach, RecSys 2019 (arXiv:1907.06902).
 */
import type { Ranker } from '../../contracts.ts'
import { distinct, type Incidence, incidenceOf } from '../incidence.ts'

const defaults = { neighbors: 100, shrink: 10 } // k and h

const itemknn: Ranker<typeof defaults> = {
  about: 'Items taken by the same users as those of the history',
  cite: 'doi:10.1145/371920.372071',
  defaults,

  fit(train, { neighbors, shrink }) {
    const near = similarItems(incidenceOf(train), neighbors, shrink)
    return (history, scores) => {
      scores.fill(0)
      for (const i of distinct(history))
        for (const { item, similarity } of near[i]!) scores[item + 1]! += similarity
    }
  },
}

export default itemknn

/** By history item i, the items j that count it as a neighbor, with s_ij. 0-based. */
function similarItems({ users, items }: Incidence, neighbors: number, shrink: number) {
  const near: { item: number; similarity: number }[][] = Array.from({ length: items.count }, () => [])
  const size = (item: number) => items.starts[item + 1]! - items.starts[item]!
  const together = new Float64Array(items.count)
  for (let j = 0; j < items.count; j++) {
    const met: number[] = []
    for (let n = items.starts[j]!; n < items.starts[j + 1]!; n++) {
      const user = items.columns[n]!
      for (let m = users.starts[user]!; m < users.starts[user + 1]!; m++) {
        const i = users.columns[m]!
        if (together[i]!++ === 0) met.push(i)
      }
    }
    const similarity = (i: number) => together[i]! / (Math.sqrt(size(i)) * Math.sqrt(size(j)) + shrink)
    const others = met.filter((i) => i !== j).map((i) => ({ i, similarity: similarity(i) }))
    others.sort((a, b) => b.similarity - a.similarity || a.i - b.i)
    for (const other of others.slice(0, neighbors))
      near[other.i]!.push({ item: j, similarity: other.similarity })
    for (const i of met) together[i] = 0
  }
  return near
}
