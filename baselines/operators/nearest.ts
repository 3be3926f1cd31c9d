/**
 * The solution of the training row whose coefficient is closest, by ‖log k − log k'‖₂ over the cells; of equals the first
 * (with k = 1 throughout, that is training row 0 for all). It does not look at the right-hand side: where that is drawn
 * anew for every row, its error is about √2, and who does not beat it has not used rhs.
 */
import type { Predictor } from '../../contracts.ts'

const nearest: Predictor = {
  about: 'The solution that belongs to the closest training coefficient',
  defaults: {},

  fit({ k, x }) {
    const cells = k.n * k.n
    const nodes = x.n * x.n
    const known = k.data.map(Math.log)
    return async ({ k: asked }) => {
      const data = new Float64Array(asked.batch * nodes)
      for (let row = 0; row < asked.batch; row++) {
        const log = asked.data.subarray(row * cells, (row + 1) * cells).map(Math.log)
        const at = closest(log, known)
        data.set(x.data.subarray(at * nodes, (at + 1) * nodes), row * nodes)
      }
      return { batch: asked.batch, n: x.n, data }
    }
  },
}

export default nearest

/** Which stretch of `known` is closest to `wanted`; a sum that is already too large is not finished. */
function closest(wanted: Float64Array, known: Float64Array): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (let from = 0; from < known.length; from += wanted.length) {
    let sum = 0
    for (let i = 0; i < wanted.length && sum < least; i++) sum += (wanted[i]! - known[from + i]!) ** 2
    if (sum < least) [best, least] = [from / wanted.length, sum]
  }
  return best
}
