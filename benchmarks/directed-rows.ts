/**
 * Rows solved along the directions that a network answers (solvers/diffusion/conjugate-directions.ts), counted as those of
 * solved-rows.ts: the same starts, tolerances and limit. The network sees a batch as before, with r / ‖r‖ in place of b, in float32;
 * all else is f64. It is asked once per step for the whole batch, until its slowest row is done. Seconds of a row are those of the
 * batch until then, divided among its rows; nothing is set up.
 */
import type { HostBatch, Network, Stencil } from '../contracts.ts'
import { DIGITS, limitOf, PROTOCOLS, type Protocol } from '../metrics/steps.ts'
import { type Direction, descendAlong } from '../solvers/diffusion/conjugate-directions.ts'
import { norm } from '../solvers/diffusion/stencil.ts'
import { ITERATES, published, type Seconds } from './solved-rows.ts'

/** One system of a batch. */
export interface DirectedRow {
  row: number
  matrix: Stencil // a batch of one
  f: Float64Array
}
interface Counts {
  row: number
  steps: Int32Array // [ITERATES], −1 where not reached
  x: Float64Array // [ITERATES, n²]
  seconds: Seconds
}

/**
 * `input` is the batch whose first rows the systems are. `watched`: what the valid split is asked for after each epoch, from 0 to 1e-6 alone,
 * in a tenth of the steps, for a network that has learned little would take them all.
 */
export async function directedAnswers(
  systems: readonly DirectedRow[],
  input: HostBatch['input'],
  network: Network,
  watched = false,
): Promise<Counts[]> {
  const answers: Counts[] = systems.map(({ row, f }) => ({
    row,
    steps: new Int32Array(ITERATES).fill(-1),
    x: new Float64Array(ITERATES * f.length),
    seconds: { setup: 0, solve: null },
  }))
  const limit = limitOf(input.rhs!.shape[1]!) / (watched ? 10 : 1)
  const asked = { systems, direction: directionOf(input, network), batch: input.rhs!.shape[0]!, limit }
  for (const [p, protocol] of PROTOCOLS.entries()) {
    if (watched && protocol !== 'ours') continue
    const digits = watched ? DIGITS.filter((k) => k <= WATCHED) : DIGITS
    await count({ ...asked, protocol, digits, from: p * DIGITS.length }, answers)
  }
  return answers
}

const WATCHED = 6 // 1e-6, which the first metric asks for

interface Asked {
  systems: readonly DirectedRow[]
  direction: Direction
  batch: number // rows that the network works on at once
  limit: number // steps
  protocol: Protocol
  digits: readonly number[]
  from: number // where the first count goes
}

/** The steps of one protocol, into `answers`. */
async function count(
  { systems, direction, batch, limit, protocol, digits, from }: Asked,
  answers: readonly Counts[],
): Promise<void> {
  const matrix = joined(systems.map((system) => system.matrix))
  const size = matrix.n ** 2
  const starts = systems.map(({ row, f }) =>
    protocol === 'ours' ? { start: new Float64Array(size), unit: norm(f) } : published(row, size),
  )
  const x = concat(starts.map(({ start }) => start))
  const f = { batch: systems.length, n: matrix.n, data: concat(systems.map((system) => system.f)) }
  const targets = starts.map(({ unit }) => unit * 10 ** -digits.at(-1)!)
  const [taken, next] = [new Int32Array(systems.length), new Int32Array(systems.length)]
  const begun = performance.now()
  await descendAlong({ matrix, f, targets, limit }, x, direction, (b, residual) => {
    const { steps, x: iterates, seconds } = answers[b]!
    for (; next[b]! < digits.length && residual <= starts[b]!.unit * 10 ** -digits[next[b]!]!; next[b]!++) {
      const at = from + next[b]!
      if (protocol === 'ours' && digits[next[b]!] === WATCHED)
        seconds.solve = (performance.now() - begun) / 1000 / batch
      steps[at] = taken[b]!
      iterates.set(x.subarray(b * size, (b + 1) * size), at * size)
    }
    taken[b]!++
  })
}

/** The network as a function of residuals, of which there may be fewer than rows in its batch. */
function directionOf(input: HostBatch['input'], network: Network): Direction {
  return async (residuals) => {
    const rhs = input.rhs!
    const data = new Float32Array(rhs.data.length)
    data.set(residuals)
    const { direction } = await network({ ...input, rhs: { ...rhs, data } })
    return direction!.data.subarray(0, residuals.length)
  }
}

function joined(matrices: readonly Stencil[]): Stencil {
  const part = (name: 'center' | 'west' | 'east' | 'south' | 'north') =>
    concat(matrices.map((matrix) => matrix[name]))
  const sides = { west: part('west'), east: part('east'), south: part('south'), north: part('north') }
  return { batch: matrices.length, n: matrices[0]!.n, center: part('center'), ...sides }
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
