/** The published sizes: how many weights each model has by default. */
import assert from 'node:assert/strict'
import type { FieldFacts, Model, Operators } from '../../../contracts.ts'
import { load, namesIn } from '../../../io/lookup.ts'
import { drawn, fieldFactsOf } from '../values.ts'

const diffusion = fieldFactsOf(64)
const poisson = { ...diffusion, logK: { mean: 0, deviation: 0 } }

const conv = (inputs: number, outputs: number) => 9 * inputs * outputs + outputs
const linear = (inputs: number, outputs: number) => inputs * outputs + outputs

/** [weights on diffusion, on Poisson] at n = 64. */
const sizes: Record<string, [number, number]> = {
  // printed by the notebooks of ConDiff
  sno: [115_329, 115_297],
  dilresnet: [259_841, 259_553],
  unet: [1_388_833 + 9 * 32, 1_388_833],
  // 4 blocks of two pointwise maps and two axes × 12 modes × complex 32 × 32; coordinates are two inputs more
  ffno: both(
    (inputs) => linear(inputs + 2, 32) + 4 * (2 * linear(32, 32) + 2 * 12 * 2 * 32 * 32) + linear(32, 1),
  ),
  // 4 blocks of 23 × 12 modes × complex 32 × 32 and a pointwise map
  fno: both(
    (inputs) =>
      linear(inputs + 2, 32) + 4 * (23 * 12 * 2 * 32 * 32 + linear(32, 32)) + linear(32, 64) + linear(64, 1),
  ),
  // 24 × 24 modes × 48 × 48, and 48 pairs of 24 × 24, eight times
  t1: both(
    (inputs) =>
      linear(inputs + 2, 48) + 8 * (24 * 24 * 48 * 48 + 2 * 48 * 24 * 24) + linear(48, 128) + linear(128, 1),
  ),
  // 15 × 8 modes, ranks ⌈0.1^¼ d⌉ of 15, 8 and 24: 9, 5 and 14; patches see their surroundings, hence twice the inputs
  'mg-tfno': both(
    (inputs) =>
      linear(2 * (inputs + 2), 48) +
      linear(48, 24) +
      4 *
        (2 * 24 * 14 +
          15 * 9 +
          8 * 5 +
          9 * 5 * 2 * 14 * 14 +
          linear(24, 24) +
          linear(24, 12) +
          linear(12, 24) +
          24) +
      linear(24, 48) +
      linear(48, 1),
  ),
  scot: both(
    (inputs) =>
      linear(4 * (inputs + 2), 32) +
      64 +
      4 * swin(32, 2) +
      4 * swin(64, 4) +
      4 * 32 * 64 +
      128 +
      64 * 128 +
      64 +
      2 * (49 * 32 + 64 + linear(32, 128) + linear(128, 32) + 32) +
      linear(32, 4) +
      conv(1, 1),
  ),
}

describe('models of the operators track at their published sizes', () => {
  for (const name of namesIn('models/operators'))
    it(`${name} has the weights of its sizes`, async () => {
      const model = await load<Model<Operators>>('model', 'models/operators', name)
      const expected = sizes[name]
      assert.ok(expected !== undefined, `work out the size of ${name} here`)
      assert.deepEqual([countOf(model, diffusion), countOf(model, poisson)], expected)
    })
})

/** Query, key without bias, value, leave; offsets 2 → 64 → heads; a scale per head; two norms; an MLP of four times the width. */
function swin(width: number, heads: number): number {
  const attention = 3 * linear(width, width) + width * width + linear(2, 64) + 64 * heads + heads
  return attention + 4 * width + linear(width, 4 * width) + linear(4 * width, width)
}

function both(count: (inputs: number) => number): [number, number] {
  return [count(2), count(1)]
}

function countOf(model: Model<Operators>, facts: FieldFacts): number {
  const weights = drawn((init) => model.build(model.defaults, facts, init), 1)
  return [...weights.values()].reduce((total, { data }) => total + data.length, 0)
}
