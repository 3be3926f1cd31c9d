/**
 * Tsallis-INF: which of d arms to play, when of each round only the cost of the arm that was played is seen. In round t, with
 * k_i the sum of cost / p_i over the rounds that played i, s the mean cost so far, η = 2 / √t:
 *
 *   p_i = 4 / (η (k_i / s − x))²,  x < min k_i / s such that Σ p_i = 1.
 *
 * Costs are ≥ 0 and their scale need not be known. Newton's method for x begins where the best arm alone has p = 1: Σ p is convex and
 * rising in x and not below 1 there, so it cannot step across the pole (from −1, as others begin, it may).
 * Zimmert, Seldin (arXiv:1807.07623); with the scale s as in Learning to Relax (arXiv:2310.02246).
 */
export interface TsallisInf {
  probabilities(): Float64Array // of this round
  learn(arm: number, cost: number): void // ends it
}

export function tsallisInf(arms: number): TsallisInf {
  const sums = new Float64Array(arms)
  let [round, total] = [1, 0]
  let current: Float64Array | null = null
  const probabilities = () => {
    const scale = total > 0 ? total / (round - 1) : 1
    current ??= distribution(
      sums.map((sum) => sum / scale),
      2 / Math.sqrt(round),
    )
    return current
  }
  return {
    probabilities,
    learn(arm, cost) {
      sums[arm] = sums[arm]! + cost / probabilities()[arm]!
      total += cost
      round++
      current = null
    },
  }
}

function distribution(sums: Float64Array, eta: number): Float64Array {
  const of = (x: number) => sums.map((sum) => 4 / (eta * (sum - x)) ** 2)
  let x = Math.min(...sums) - 2 / eta
  for (let step = 0; step < STEPS; step++) {
    const p = of(x)
    const total = p.reduce((sum, one) => sum + one, 0)
    x -= (total - 1) / (eta * p.reduce((sum, one) => sum + one ** 1.5, 0))
  }
  const p = of(x)
  const total = p.reduce((sum, one) => sum + one, 0)
  return p.map((one) => one / total)
}

const STEPS = 20
