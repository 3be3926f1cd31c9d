/**
 * Every model with every loss of its track, compiled: the graph that trains must be the code that was written.
 * The oracle is the eager device, which runs the same code op by op in another implementation of every op.
 * Gradients of all pairs; training for some steps of every model with one loss, and of every loss with one model.
 */
import assert from 'node:assert/strict'
import type { Init } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import {
  compileForward,
  compileGradients,
  compileStep,
  type ForwardOf,
  type NoiseRequest,
} from '../../tensor/engine.ts'
import type { HostTensor, Weights } from '../../tensor/index.ts'
import { collectWeights } from '../../tensor/init.ts'
import { drawNoise } from '../../tensor/noise.ts'
import { lossesOf, lossOf, modelsOf, toyParams, toys, tracks, weightsFor } from './toys.ts'

const SEED = 6
const STEPS = 20
const [TOLERANCE, RATE] = [1e-5, 1e-3] // float32 sums in another order; measured 4e-6 of losses, 7e-6 of gradients
/**
 * Models that amplify rounding. scot: on the eager device alone, weights changed by one rounding (6e-8) give losses that are 1e-2
 * apart after ten steps at 1e-3, for cosines of 4 numbers, times 10 in a softmax, turn quickly. Its gradients are 1e-5 apart.
 */
const SENSITIVE: Record<string, { tolerance: number; rate: number }> = {
  scot: { tolerance: 3e-5, rate: 3e-5 },
}
const cpu = { device: 'cpu', threads: 1 } as const
const eager = { device: 'eager', threads: 1 } as const

for (const track of tracks) {
  const toy = toys[track]!()
  const losses = await lossesOf(track)
  for (const [name, model] of await modelsOf(track)) {
    const { tolerance, rate } = SENSITIVE[name] ?? { tolerance: TOLERANCE, rate: RATE }
    const build = (init: Init) => model.build(toyParams(model.defaults), toy.facts, init)
    const weights = () => collectWeights(build, (weight) => rng(SEED, weight))

    describe(`compiled ${name} of ${track} (seed ${SEED})`, function () {
      this.timeout(120_000) // eager twins on a loaded machine

      it('predicts what it predicts op by op', async () => {
        const { target: _, ...feeds } = toy.feeds
        const forward: ForwardOf = (init, input) => build(init)(input, null)
        const spec = { weights: withoutZeros(weights()), feeds, forward }
        const [compiled, oracle] = await Promise.all([compileForward(spec, cpu), compileForward(spec, eager)])
        const [found, right] = [await compiled.run(feeds), await oracle.run(feeds)]
        for (const output of Object.keys(right))
          assert.ok(apart(found[output]!.data, right[output]!.data) <= TOLERANCE, output)
        await Promise.all([compiled.dispose(), oracle.dispose()])
      })

      for (const [lossName, loss] of losses) {
        const spec = () => ({
          weights: weightsFor(model, loss, toy.facts, SEED),
          feeds: toy.feeds,
          loss: lossOf(model, loss, toy.facts),
        })

        it(`has the gradients of ${lossName}`, async () => {
          const [compiled, oracle] = await Promise.all([
            compileGradients(spec(), cpu),
            compileGradients(spec(), eager),
          ])
          assert.deepEqual(compiled.noise, oracle.noise)
          const noise = noiseOf(oracle.noise, 0)
          const [found, right] = [await compiled.run(toy.feeds, noise), await oracle.run(toy.feeds, noise)]
          assert.ok(
            Math.abs(found.loss - right.loss) <= TOLERANCE * Math.abs(right.loss),
            `${found.loss}, ${right.loss}`,
          )
          // float32 sums in another order; a gradient that is 0 but for rounding (the bias of attention keys) is held against all
          const all = norm([...right.gradients.values()].flatMap(({ data }) => [...data]))
          for (const [weight, { data }] of right.gradients) {
            const error = norm(data.map((value, i) => value - found.gradients.get(weight)!.data[i]!))
            assert.ok(
              error <= tolerance * Math.max(norm(data), 1e-2 * all),
              `${weight}: ${error} of ${norm(data)}`,
            )
          }
          await Promise.all([compiled.dispose(), oracle.dispose()])
        })

        if (lossName !== toy.loss && name !== toy.model) continue
        it(`trains like it for ${STEPS} steps of Adam with ${lossName}`, async () => {
          const optimizer = { name: 'adam' }
          const compiled = await compileStep({ ...spec(), optimizer }, cpu)
          const oracle = await compileStep({ ...spec(), optimizer }, eager)
          for (let step = 0; step < STEPS; step++) {
            const noise = noiseOf(oracle.noise, step)
            const [found, right] = [
              await compiled.run(toy.feeds, noise, rate),
              await oracle.run(toy.feeds, noise, rate),
            ]
            assert.ok(
              Math.abs(found - right) <= TOLERANCE * Math.abs(right),
              `step ${step}: ${found}, eager ${right}`,
            )
          }
          await Promise.all([compiled.dispose(), oracle.dispose()])
        })
      }
    })
  }
}

/** A weight that starts at 0 (the scale of a correction) would hide all that it scales. */
function withoutZeros(weights: Weights): Weights {
  for (const { data } of weights.values()) if (data.every((value) => value === 0)) data.fill(0.1)
  return weights
}

function noiseOf(requests: readonly NoiseRequest[], step: number): Record<string, HostTensor> {
  const noise: Record<string, HostTensor> = {}
  for (const { name, shape, law } of requests) noise[name] = drawNoise(shape, law, rng(SEED, name, step))
  return noise
}

function norm(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2
  return Math.sqrt(sum)
}

/** Relative L2. */
function apart(found: ArrayLike<number>, right: ArrayLike<number>): number {
  return norm(Array.from(right, (value, i) => value - found[i]!)) / norm(right)
}
