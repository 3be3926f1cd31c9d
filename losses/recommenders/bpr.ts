/**
 * Bayesian personalized ranking: the next item above each of K drawn ones,
 *
 *   BPR_i = (1 / K_i) Σ_k softplus(r_ik − p_i) = −(1 / K_i) Σ_k log σ(p_i − r_ik)
 *
 * with j_ik uniform among the items that the user did not take, K_i of them; 0 where none is left. Mean over the positions
 * that have a next item. Rendle et al., UAI 2009, arXiv:1205.2618, equation of section 4.1, without its weight decay, which is
 * the optimizer's. Departures: losses/negatives.ts on how j is drawn; a mean over the K_i pairs of a position, where the published
 * form is their sum. While K_i = K that is a factor of the whole loss, which makes no difference to Adam; where negatives are masked
 * those that are left weigh 1 / K_i each, so that all positions weigh alike, but for those with none.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { drawPerPosition, logitsPerPosition, lookupsPerPosition, untaken } from '../negatives.ts'
import { meanOver, positionsOf, rightLogits, sequencesOf } from '../positions.ts'

const defaults = { negatives: 1 }

const bpr: Loss<Recommenders, typeof defaults> = {
  about: 'The next item ranked above drawn ones, pair by pair',
  cite: 'arXiv:1205.2618',
  defaults,

  lookups: lookupsPerPosition,

  value(output, batch, { negatives }, noise) {
    const positions = positionsOf(output, batch)
    const drawn = drawPerPosition(positions, negatives, noise) // [S, K]
    const counts = untaken(batch, drawn, positions.catalog.shape[0]!, sequencesOf(batch))
    const apart = logitsPerPosition(positions, drawn).sub(rightLogits(positions).expandDims(-1)) // [S, K]
    const values = apart.softplus().mul(counts).sum(-1).div(counts.sum(-1).maximum(1)) // [S]
    return meanOver(values, positions.valid)
  },
}

export default bpr
