/**
 * How many steps preconditioned conjugate gradients take to each of several tolerances, in one run of `descend`
 * (conjugate-gradients.ts), with the iterate of each.
 *
 * A step is one multiplication by A and one application of M⁻¹; a count is the number of steps after which the recursive ‖r‖ is first
 * at most the tolerance, 0 where the start is good enough already. −1: not within `limit` steps, or the method broke down before.
 * α and β of the steps are a Lanczos matrix of M⁻¹ A, T[j,j] = 1/α_j + β_j/α_{j−1}, T[j,j+1] = √β_{j+1}/α_j; the ratio of its extreme
 * eigenvalues estimates the condition of M⁻¹ A from below, and closely after so many steps as the last tolerance takes.
 * The recursive residual drifts from f − A x (by about ε ‖ |A| |x| ‖, of the largest x on the way): whoever reports a count
 * checks the iterate.
 */
import type { Status } from '../../contracts.ts'
import { extremes } from '../../math/tridiagonal.ts'
import { descend, type Preconditioned } from './conjugate-gradients.ts'

export interface StepCounts {
  steps: Int32Array // one per target
  x: Float64Array // [targets, n²] the iterate at each; 0 where there is none
  status: Status // 'converged': the last target was reached
  condition: () => number // of M⁻¹ A, as far as the steps saw it; NaN without a step
}

/** `targets` are absolute norms, falling; `x` is the start and is overwritten. `met` is told of each target as it is reached. */
export function countSteps(
  system: Preconditioned,
  x: Float64Array,
  targets: readonly number[],
  limit: number,
  met: (target: number) => void = () => {},
): StepCounts {
  const steps = new Int32Array(targets.length).fill(-1)
  const kept = new Float64Array(targets.length * x.length)
  const [alphas, betas]: [number[], number[]] = [[], []]
  let [taken, next] = [0, 0]
  const { status } = descend(system, x, targets.at(-1)!, limit, (size, alpha, beta) => {
    if (taken > 0) {
      alphas.push(alpha)
      betas.push(beta)
    }
    for (; next < targets.length && size <= targets[next]!; next++) {
      met(next)
      steps[next] = taken
      kept.set(x, next * x.length)
    }
    taken++
  })
  return { steps, x: kept, status, condition: () => conditionOf(alphas, betas) }
}

function conditionOf(alphas: readonly number[], betas: readonly number[]): number {
  if (alphas.length === 0) return Number.NaN
  const diagonal = alphas.map((alpha, j) => 1 / alpha + (j === 0 ? 0 : betas[j]! / alphas[j - 1]!))
  const beside = alphas.slice(1).map((_, j) => Math.sqrt(betas[j + 1]!) / alphas[j]!)
  const [least, most] = extremes(diagonal, beside)
  return most / least
}
