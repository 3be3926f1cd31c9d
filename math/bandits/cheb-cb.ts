/**
 * ChebCB: the arm to play where a number, the context, is known before. The cost of each arm is a polynomial of the context, in Chebyshev
 * polynomials of the context brought to [−1, 1], fitted by least squares to the rounds that played it, with
 *
 *   |θ_0| ≤ K,  |θ_j| ≤ 2 (K − the least cost) / j        K the largest cost so far
 *
 * Played by inverse gap weighting of ŷ = θ·T / (K N), N = 2 + 4 (K − least) / K · (1 + log m), m the number of coefficients:
 *
 *   p_i = 1 / (d + η (ŷ_i − min ŷ)), the rest to the best;   η = 2 t √(d t / (R + 2 α² t)),
 *
 * R the squares by which predictions missed so far, α = (π + (2/π) log(2 m + 1)) (K − least) / (2 K N (m + 1)).
 * Learning to Relax (arXiv:2310.02246); of equal fits that of the smallest norm, nearly: a ridge of 1e-10 is added.
 */
export interface ChebCb {
  probabilities(context: number): Float64Array
  costs(context: number): Float64Array // as fitted
  learn(arm: number, context: number, cost: number): void
}

export function chebCb(arms: number, { from, to }: { from: number; to: number }, coefficients = 6): ChebCb {
  const m = coefficients
  const fits = Array.from({ length: arms }, () => ({
    gram: new Float64Array(m * m),
    moments: new Float64Array(m),
    theta: new Float64Array(m),
    rounds: 0,
  }))
  const seen = { rounds: 0, most: 0, least: Infinity, predicted: 0, both: 0, costs: 0 } // and sums of ŷ², ŷ c, c²
  const features = (context: number) => chebyshev(to > from ? (2 * (context - from)) / (to - from) - 1 : 0, m)
  const scale = () => {
    const spread = (seen.most - seen.least) / seen.most
    return seen.rounds === 0 ? 1 : seen.most * (2 + 4 * spread * (1 + Math.log(m)))
  }
  const costs = (context: number) => {
    const t = features(context)
    return Float64Array.from(fits, ({ theta }) => theta.reduce((sum, value, j) => sum + value * t[j]!, 0))
  }
  const eta = () => {
    const { rounds, most, least, predicted, both, costs: squares } = seen
    if (rounds === 0) return 0
    const s = scale()
    const missed = predicted - (2 * both) / s + squares / s ** 2
    const alpha = ((Math.PI + (2 / Math.PI) * Math.log(2 * m + 1)) * (most - least)) / (2 * s * (m + 1))
    const below = Math.max(missed, 0) + 2 * alpha * alpha * rounds
    return below > 0 ? 2 * rounds * Math.sqrt((arms * rounds) / below) : 0
  }
  return {
    costs,
    probabilities: (context) => inverseGaps(costs(context), scale(), eta()),
    learn(arm, context, cost) {
      const predicted = costs(context)[arm]! / scale()
      seen.predicted += predicted * predicted
      seen.both += predicted * cost
      seen.costs += cost * cost
      seen.rounds++
      const isNew = cost > seen.most || cost < seen.least
      seen.most = Math.max(seen.most, cost)
      seen.least = Math.min(seen.least, cost)
      const own = fits[arm]!
      own.rounds++
      const t = features(context)
      for (let i = 0; i < m; i++) {
        own.moments[i]! += t[i]! * cost
        for (let j = 0; j < m; j++) own.gram[i * m + j]! += t[i]! * t[j]!
      }
      const box = Float64Array.from({ length: m }, (_, j) =>
        j === 0 ? seen.most : (2 * (seen.most - seen.least)) / j,
      )
      for (const fit of isNew ? fits : [own]) if (fit.rounds > 0) descend(fit, box)
    },
  }
}

function inverseGaps(costs: Float64Array, scale: number, eta: number): Float64Array {
  const best = costs.indexOf(Math.min(...costs))
  const p = costs.map((cost) => 1 / (costs.length + (eta * (cost - costs[best]!)) / scale))
  p[best] = 0
  p[best] = 1 - p.reduce((sum, one) => sum + one, 0)
  return p
}

function chebyshev(x: number, count: number): Float64Array {
  const t = new Float64Array(count)
  for (let j = 0; j < count; j++) t[j] = j === 0 ? 1 : j === 1 ? x : 2 * x * t[j - 1]! - t[j - 2]!
  return t
}

interface Fit {
  gram: Float64Array
  moments: Float64Array
  theta: Float64Array
}

/** Least squares within the box, one coordinate after another from where it was; convex, so it ends at the least. */
function descend({ gram, moments, theta }: Fit, box: Float64Array): void {
  const m = theta.length
  const ridge = 1e-10 * gram[0]! // the number of rounds: T_0 = 1
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0
    for (let i = 0; i < m; i++) {
      let rest = moments[i]!
      for (let j = 0; j < m; j++) if (j !== i) rest -= gram[i * m + j]! * theta[j]!
      const value = Math.max(-box[i]!, Math.min(box[i]!, rest / (gram[i * m + i]! + ridge)))
      moved = Math.max(moved, Math.abs(value - theta[i]!))
      theta[i] = value
    }
    if (moved <= 1e-9 * box[0]!) return
  }
}

const SWEEPS = 500
