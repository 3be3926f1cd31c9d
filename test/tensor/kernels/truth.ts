/**
 * Derivatives against central differences, both in double precision.
 *
 * Along two random directions d through all inputs: ∂ total · d against (total(x + h d) − total(x − h d)) / 2h, and the same
 * of the slope. With h = 2⁻¹⁷ = 8e-6 and values of order one the truncation error is h² f‴ / 6 ≈ 1e-11 f‴ and the rounding
 * error 1e-16 / h ≈ 1e-11. Constants of the program are float32 numbers, folded in float32: 6e-8 of the result. A wrong
 * element of a gradient shows up at its own size.
 */
import assert from 'node:assert/strict'
import { compileDouble, type Doubles } from '../../../tensor/double.ts'
import { type Case, programOf, specials, stream } from './harness.ts'

const STEP = 2 ** -17
const TOLERANCE = 1e-6
const DIRECTIONS = 2

/** Not where there are no derivatives: whole numbers, kinks met exactly. */
export function hasTruth({ inputs, gradient = true, kinked = false, truth }: Case): boolean {
  return gradient && truth !== false && !(kinked && inputs.some((input) => specials.has(input)))
}

export async function compareWithDifferences(it: Case): Promise<void> {
  const program = await compileDouble(programOf(it))
  const point = it.inputs.map(({ data }) => (data instanceof Float32Array ? Float64Array.from(data) : data))
  const next = stream(11)
  const at = (by: number, direction: readonly Doubles[]) => {
    const moved = point.map((x, i) =>
      x instanceof Float64Array ? x.map((v, k) => v + by * direction[i]![k]!) : x,
    )
    return program.run(Object.fromEntries(moved.map((x, i) => [`x${i}`, x])))
  }
  const here = await at(0, point)
  for (let round = 0; round < DIRECTIONS; round++) {
    const direction = point.map((x) => Float64Array.from({ length: x.length }, () => 2 * next() - 1))
    const [up, down] = [await at(STEP, direction), await at(-STEP, direction)]
    for (const [value, gradient] of [
      ['total', 'g'],
      ['slope', 'h'],
    ] as const) {
      const quotient = (up[value]![0]! - down[value]![0]!) / (2 * STEP)
      assertNear(along(here, gradient, direction, point), quotient, `${it.name}: ${gradient}`)
    }
  }
  await program.dispose()
}

/** Σ gradient · direction over the float inputs, and the sum of its absolute terms. */
function along(
  outputs: Record<string, Doubles>,
  gradient: string,
  direction: readonly Doubles[],
  point: readonly Doubles[],
): { sum: number; size: number } {
  let [sum, size, k] = [0, 0, 0]
  for (const [i, x] of point.entries()) {
    if (!(x instanceof Float64Array)) continue
    const slopes = outputs[`${gradient}${k++}`]!
    for (const [at, slope] of slopes.entries()) {
      sum += slope * direction[i]![at]!
      size += Math.abs(slope * direction[i]![at]!)
    }
  }
  return { sum, size }
}

function assertNear({ sum, size }: { sum: number; size: number }, quotient: number, what: string): void {
  const scale = Math.max(1e-2, size)
  assert.ok(
    Math.abs(sum - quotient) <= TOLERANCE * scale,
    `${what}: gradients give ${sum}, differences ${quotient} (terms of ${size})`,
  )
}
