/**
 * x̂ = the mean of all training solutions, whatever is asked. Right-hand sides of mean 0 have solutions of mean 0, so on
 * white noise this is zero with the noise of a finite train split, and slightly worse than it.
 */
import type { Predictor } from '../../contracts.ts'

const mean: Predictor = {
  about: 'The mean of the training solutions, the same for every row',
  defaults: {},

  fit({ x: { batch: rows, n, data } }) {
    const average = new Float64Array(n * n)
    for (let at = 0; at < data.length; at++) average[at % average.length]! += data[at]! / rows
    return async ({ rhs: { batch } }) => {
      const x = new Float64Array(batch * n * n)
      for (let row = 0; row < batch; row++) x.set(average, row * n * n)
      return { batch, n, data: x }
    }
  },
}

export default mean
