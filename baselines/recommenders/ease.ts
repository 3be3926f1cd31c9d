/**
 * EASE: the weights B [N, N] with a diagonal of zeros that least miss X ≈ X B, ‖X − X B‖² + λ ‖B‖². In closed form, with the
 * binary X [U, N] of who took what,
 *
 *   P = (XᵀX + λ 1)⁻¹,   B_ij = −P_ij / P_jj for i ≠ j,   score(j) = Σ_i B_ij over the distinct items i of the history.
 *
 * [N + 1] f64, index 0 unused. Order and repeats do not matter. Steck, WWW 2019, arXiv:1905.03375, equations 3–8; λ = 500 is what
 * it took for MovieLens-20M.
 *
 * P by conjugate gradients on XᵀX + λ 1, eight columns at a time, until every residual is below 1e-9 of its right-hand side: X is
 * sparse, so that is far less work than N³ / 2 products of a dense inverse (12,101 items and 154,000 events: some fifty times). The
 * eigenvalues are at least λ, so the error of P is below 1e-9 / λ. Work goes with N (events) √(σ² / λ + 1), σ the largest singular value of X:
 * slow where λ is tiny, and refused with a sentence where MOST iterations are not enough.
 *
 * What it will not do: large catalogs. B is dense, 4 N² bytes (f32, 6e-8 of each weight): 0.6 GB for 12,101 items, 10 GB for 50,000.
 * Above `gigabytes` it refuses with a sentence.
 */
import type { Ranker } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { addRows, distinct, type Incidence, incidenceOf } from '../incidence.ts'

const defaults = { regularization: 500, gigabytes: 4 } // λ; the most that B may take

const ease: Ranker<typeof defaults> = {
  about: 'Linear item-to-item weights in closed form, none from an item to itself',
  cite: 'arXiv:1905.03375',
  defaults,

  fit(train, { regularization, gigabytes }) {
    const { items } = train
    checkSize(items, gigabytes)
    if (!(regularization > 0))
      throw new UserError(
        `baseline ease: param 'regularization' must be greater than 0 (got ${regularization})`,
      )
    const weights = weightsOf(incidenceOf(train), regularization)
    return (history, scores) => {
      scores.fill(0)
      for (const i of distinct(history))
        for (let j = 0; j < items; j++) scores[j + 1]! += weights[i * items + j]!
    }
  },
}

export default ease

function checkSize(items: number, gigabytes: number): void {
  const needed = (4 * items * items) / 1e9
  if (needed > gigabytes)
    throw new UserError(
      `baseline ease: ${items} items need ${needed.toFixed(1)} GB for their weights, more than param 'gigabytes' allows (${gigabytes}). Leave it out (--axis baseline=…), or raise the limit`,
    )
}

/** B [N, N], row i of history item i. P is symmetric: row i of B is column i of P over the diagonal. */
function weightsOf(incidence: Incidence, regularization: number): Float32Array {
  const { count } = incidence.items
  const weights = new Float32Array(count * count)
  const diagonal = new Float64Array(count)
  const solve = solverOf(incidence, regularization)
  for (let from = 0; from < count; from += BLOCK) {
    const columns = solve(from) // [N, BLOCK]
    for (let c = 0; c < Math.min(BLOCK, count - from); c++) {
      const i = from + c
      for (let j = 0; j < count; j++) weights[i * count + j] = columns[j * BLOCK + c]!
      diagonal[i] = columns[i * BLOCK + c]!
    }
  }
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) weights[i * count + j]! /= -diagonal[j]!
    weights[i * count + i] = 0
  }
  return weights
}

const BLOCK = 8 // columns that share one pass over X
const RESIDUAL = 1e-9
const MOST = 5000 // iterations; without rounding N would do

/** Columns from … from + 7 of P as [N, 8]; those beyond N are 0. Each column has its own step lengths: it is what it would be alone. */
function solverOf({ users, items }: Incidence, regularization: number): (from: number) => Float64Array {
  const size = items.count * BLOCK
  const [x, r, p, q] = [0, 1, 2, 3].map(() => new Float64Array(size)) as [Float64Array, ...Float64Array[]]
  const byUser = new Float64Array(users.count * BLOCK)
  const apply = () => {
    byUser.fill(0)
    addRows(users, p!, byUser, BLOCK)
    for (let n = 0; n < size; n++) q![n] = regularization * p![n]!
    addRows(items, byUser, q!, BLOCK)
  }
  return (from) => {
    x.fill(0)
    r!.fill(0)
    for (let c = 0; c < Math.min(BLOCK, items.count - from); c++) r![(from + c) * BLOCK + c] = 1
    p!.set(r!)
    let squares = dots(r!, r!)
    for (let n = 0; n < MOST && squares.some((one) => one > RESIDUAL ** 2); n++) {
      apply()
      const steps = quotients(squares, dots(p!, q!))
      addScaled(x, p!, steps, 1)
      addScaled(r!, q!, steps, -1)
      const next = dots(r!, r!)
      turn(p!, r!, quotients(next, squares))
      squares = next
    }
    if (!squares.every((one) => one <= RESIDUAL ** 2)) throw new UserError(unsolved(regularization)) // NaN is not
    return x
  }
}

function unsolved(regularization: number): string {
  return `baseline ease: the weights are not found to ${RESIDUAL} in ${MOST} iterations with param 'regularization' ${regularization}. Raise it`
}

/** Scalar products, column by column. */
function dots(a: Float64Array, b: Float64Array): Float64Array {
  const sums = new Float64Array(BLOCK)
  for (let at = 0; at < a.length; at += BLOCK)
    for (let c = 0; c < BLOCK; c++) sums[c]! += a[at + c]! * b[at + c]!
  return sums
}

/** 0 where a column is solved to the last digit. */
function quotients(over: Float64Array, under: Float64Array): Float64Array {
  return over.map((value, c) => (under[c]! > 0 ? value / under[c]! : 0))
}

function addScaled(to: Float64Array, from: Float64Array, scale: Float64Array, sign: 1 | -1): void {
  for (let at = 0; at < to.length; at += BLOCK)
    for (let c = 0; c < BLOCK; c++) to[at + c]! += sign * scale[c]! * from[at + c]!
}

/** p ← r + β p. */
function turn(p: Float64Array, r: Float64Array, beta: Float64Array): void {
  for (let at = 0; at < p.length; at += BLOCK)
    for (let c = 0; c < BLOCK; c++) p[at + c] = r[at + c]! + beta[c]! * p[at + c]!
}
