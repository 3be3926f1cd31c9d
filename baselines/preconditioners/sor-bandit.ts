/**
 * ssor with an ω learned from what the training rows cost: 20 values from 1 to 1.95 are the arms of a bandit, a row is a round, and its
 * cost is the steps of conjugate gradients from 0 to 1e-6, less one. Of each row only the arm that was played is seen.
 *
 *   tsallis-inf   one ω for all: the arm that is most likely at the end
 *   cheb-cb       an ω per matrix: the arm of the least fitted cost at its context, log of the largest diagonal over the smallest
 *
 * Learning to Relax (arXiv:2310.02246), section on SSOR-preconditioned CG, whose cost is regret over a sequence that never ends; here
 * learning ends with the train split, and no exploration goes into a score.
 */
import type { Precondition, Preconditioning, Stencil, Systems } from '../../contracts.ts'
import { suggest, UserError } from '../../io/errors.ts'
import { chebCb } from '../../math/bandits/cheb-cb.ts'
import { draw } from '../../math/bandits/draw.ts'
import { tsallisInf } from '../../math/bandits/tsallis-inf.ts'
import { rng } from '../../math/rng.ts'
import { assemble, norm } from '../../solvers/diffusion/stencil.ts'
import { countSteps } from '../../solvers/diffusion/step-counts.ts'
import { ssor } from '../../solvers/factors/five-point.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'

const defaults = {
  policy: 'tsallis-inf', // or cheb-cb
  passes: 1, // over the train split
  seed: 0,
}

const sorBandit: Preconditioning<typeof defaults> = {
  about: 'Symmetric successive over-relaxation, omega chosen by a bandit on the train split',
  cite: 'arXiv:2310.02246',
  defaults,

  fit(train, { policy, passes, seed }) {
    if (!POLICIES.includes(policy))
      throw new UserError(
        `baseline sor-bandit: policy '${policy}' not found (${POLICIES.join(', ')}).${suggest(String(policy), POLICIES)}`,
      )
    if (!(Number.isInteger(passes) && passes >= 1))
      throw new UserError(`baseline sor-bandit: passes must be a whole number from 1 (got ${passes})`)
    const rounds = Array.from({ length: passes * train.k.batch }, (_, t) => t % train.k.batch)
    const { uniform } = rng(seed, 'sor-bandit', policy)
    const omegaOf = policy === 'cheb-cb' ? byContext(train, rounds, uniform) : one(train, rounds, uniform)
    return withOmega(omegaOf)
  },
}

export default sorBandit

const POLICIES: readonly string[] = ['tsallis-inf', 'cheb-cb']
const OMEGAS = Array.from({ length: 20 }, (_, i) => 1 + (0.95 * i) / 19)
const TOLERANCE = 1e-6

function withOmega(omegaOf: (matrix: Stencil, b: number) => number): Precondition {
  return (matrix, b) => preconditionerFrom(ssor(matrix, b, omegaOf(matrix, b)))
}

function one(train: Systems, rounds: readonly number[], uniform: () => number): () => number {
  const bandit = tsallisInf(OMEGAS.length)
  for (const row of rounds) {
    const arm = draw(bandit.probabilities(), uniform())
    bandit.learn(arm, costOf(train, row, arm))
  }
  const p = bandit.probabilities()
  const omega = OMEGAS[p.indexOf(Math.max(...p))]!
  return () => omega
}

function byContext(train: Systems, rounds: readonly number[], uniform: () => number) {
  const contexts = Array.from({ length: train.k.batch }, (_, row) => contextOf(matrixOf(train, row), 0))
  const [from, to] = [Math.min(...contexts), Math.max(...contexts)]
  const bandit = chebCb(OMEGAS.length, { from, to })
  for (const row of rounds) {
    const arm = draw(bandit.probabilities(contexts[row]!), uniform())
    bandit.learn(arm, contexts[row]!, costOf(train, row, arm))
  }
  return (matrix: Stencil, b: number) => {
    const inside = Math.max(from, Math.min(to, contextOf(matrix, b))) // polynomials are not asked beyond what they saw
    const costs = bandit.costs(inside)
    return OMEGAS[costs.indexOf(Math.min(...costs))]!
  }
}

function contextOf({ n, center }: Stencil, b: number): number {
  const own = center.subarray(b * n * n, (b + 1) * n * n)
  return Math.log(own.reduce((a, v) => Math.max(a, v), 0) / own.reduce((a, v) => Math.min(a, v), Infinity))
}

/** Steps less one, for no method takes fewer; a row that is not solved costs all that were allowed. */
function costOf(train: Systems, row: number, arm: number): number {
  const matrix = matrixOf(train, row)
  const nodes = train.rhs.n ** 2
  const f = train.rhs.data.subarray(row * nodes, (row + 1) * nodes)
  const limit = 40 * train.rhs.n
  const precondition = preconditionerFrom(ssor(matrix, 0, OMEGAS[arm]!))
  if (typeof precondition === 'string') return limit
  const system = { matrix, b: 0, precondition, f }
  const { steps } = countSteps(system, new Float64Array(nodes), [TOLERANCE * norm(f)], limit)
  return steps[0]! < 0 ? limit : Math.max(0, steps[0]! - 1)
}

function matrixOf({ k }: Systems, row: number): Stencil {
  const cells = k.n * k.n
  return assemble({ batch: 1, n: k.n, data: k.data.subarray(row * cells, (row + 1) * cells) })
}
