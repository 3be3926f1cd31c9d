/**
 * Matrix factorization for ranking: vectors of users and items that put what a user took above what he did not,
 *
 *   Σ −log σ(u · v_i − u · v_j) + ½ λ (|u|² + |v_i|²) + ½ λ_j |v_j|²   over drawn triples (baselines/pairs.ts),
 *
 * by stochastic gradient steps, `epochs` times as many as there are pairs. score(j) = u · v_j, [N + 1] f64, index 0 unused; order and
 * repeats of a history do not matter. A user of training is ranked by the vector learned then, which does not know what he took since; somebody new
 * is folded in: the same steps on the pairs of his history, from a vector of zeros, with the items fixed and as many epochs.
 *
 * Rendle et al., UAI 2009, arXiv:1205.2618, figure 4; rate and weights of the authors' library MyMediaLite (0.05, 0.0025, 0.00025).
 * Departures: 64 factors as in its successors (there 10), no bias of items, 100 epochs (there 30, which are too few for 64 factors).
 */
import type { Ranker } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { descendAll, foldIn, plain } from '../factors.ts'
import { incidenceOf } from '../incidence.ts'
import { pairsOf } from '../pairs.ts'
import { normals, rankBy } from '../vectors.ts'

const defaults = { dim: 64, epochs: 100, rate: 0.05, regularization: 0.0025, negatives: 0.00025, seed: 0 }

const bprMf: Ranker<typeof defaults> = {
  about: 'Vectors of users and items, what was taken ranked above what was not',
  cite: 'arXiv:1205.2618',
  defaults,

  fit(train, settings) {
    const incidence = incidenceOf(train)
    const { dim, seed } = settings
    const random = rng(seed, 'bpr-mf')
    const users = plain(normals(incidence.users.count * dim, 0.1, random), dim)
    const items = plain(normals(incidence.items.count * dim, 0.1, random), dim)
    descendAll({ users, items }, pairsOf(incidence), settings, random)
    const fold = (taken: Int32Array, to: Float64Array) =>
      foldIn(taken, to, items, settings, rng(seed, 'bpr-mf', 'fold', ...taken)) // no row depends on its neighbors
    return rankBy({ users: users.vectors, items: items.vectors, width: dim, fold })
  },
}

export default bprMf
