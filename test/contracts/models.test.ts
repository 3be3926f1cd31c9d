/** What every file in models/<track>/ must do, at toy size and on the eager device. */
import assert from 'node:assert/strict'
import { batchOf } from '../../benchmarks/network.ts'
import type { Loss, Model } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { compileStep } from '../../tensor/engine.ts'
import { tf, type Weights } from '../../tensor/index.ts'
import { collectWeights, initFrom } from '../../tensor/init.ts'
import { drawNoise } from '../../tensor/noise.ts'
import {
  D,
  knownOf,
  lossOf,
  modelsOf,
  noiseFrom,
  statedFor,
  type Toy,
  tensorOf,
  tensorsOf,
  toyParams,
  toys,
  tracks,
} from './toys.ts'

const SEED = 5

for (const track of tracks) {
  const toy = toys[track]!()
  for (const [name, model] of await modelsOf(track)) {
    describe(`model ${name} of ${track} (seed ${SEED})`, () => {
      it('says what it is', () => assert.ok(model.about.length > 0 && model.about.length < 120))

      it('gives the stated shapes, all finite, and leaks no tensor', () => {
        const before = tf.memory().numTensors
        for (const noise of [false, true]) {
          const outputs = predict(model, toy, weightsOf(model, toy), noise)
          const stating: Toy['shapes'] = {
            ...statedFor(toy, Object.keys(outputs)),
            ...(noise && outputs.places && { places: [4, Number(toy.facts.length)] }), // of a model that masks
          }
          assert.deepEqual(Object.keys(outputs).sort(), Object.keys(stating).sort())
          for (const [output, { shape, data }] of Object.entries(outputs)) {
            const stated = stating[output]!.map((length, axis) => (length === D ? shape[axis] : length))
            assert.deepEqual(shape, stated, output)
            assert.ok(data.every(Number.isFinite), `${output} is not finite`)
          }
        }
        assert.equal(tf.memory().numTensors, before)
      })

      it('repeats itself under one seed', () => {
        const once = predict(model, toy, weightsOf(model, toy), true)
        assert.deepEqual(predict(model, toy, weightsOf(model, toy), true), once)
      })

      it('treats each row alone', () => {
        const weights = weightsOf(model, toy)
        const whole = predict(model, toy, weights, false)
        const first = predict(model, firstRow(toy), weights, false)
        for (const [output, { shape, data }] of Object.entries(first)) {
          if (statedFor(toy, Object.keys(first))[output]![0] !== 4) continue // no row of the batch: the catalog
          assert.equal(shape[0], 1)
          data.forEach((value, i) => {
            // one row of a product is rounded alike or nearly so, whatever the others
            assert.ok(Math.abs(value - whole[output]!.data[i]!) <= 1e-6 * Math.max(1, Math.abs(value)))
          })
        }
      })

      it('loses something with every part: the weights of each, set to 0, change the output', () => {
        const weights = shaken(weightsOf(model, toy), SEED) // what starts at 0 would hide a part that is not used
        const whole = predict(model, toy, weights, false)
        for (const part of new Set([...weights.keys()].map(partOf))) {
          const without = new Map(
            [...weights].map(([weight, host]) => {
              const gone = partOf(weight) === part
              return [weight, gone ? { ...host, data: new Float32Array(host.data.length) } : host]
            }),
          )
          const rest = predict(model, toy, without, false)
          const change = Math.max(...Object.keys(whole).map((o) => apart(whole[o]!.data, rest[o]!.data)))
          assert.ok(change > 5e-5, `${name} does not need ${part}: the output changes by ${change}`) // rounding is 1e-6
        }
      })

      if (track === 'recommenders')
        it('answers the same, padded places too, where a batch names the places that hold an item', () => {
          const weights = shaken(weightsOf(model, toy), SEED)
          const whole = predict(model, toy, weights, false)
          for (const spare of [0, 3]) {
            const known = knownOf(toy.feeds.target!.data as Int32Array, spare)
            const named = predict(model, { ...toy, feeds: { ...toy.feeds, known } }, weights, false)
            for (const [output, { data }] of Object.entries(whole))
              data.forEach((value, i) => {
                const gap = Math.abs(value - named[output]!.data[i]!)
                assert.ok(gap <= 1e-5 * Math.max(1, Math.abs(value)), `${output} ${i}: ${gap}`)
              })
          }
        })

      it('fits four rows better after 30 steps than it began', async function () {
        this.timeout(120_000) // eager, on a loaded machine
        const loss = await load<Loss>('loss', `losses/${track}`, toy.loss)
        const losses = await train(model, loss, toy)
        assert.ok(losses.every(Number.isFinite))
        assert.ok(losses.at(-1)! < 0.9 * losses[0]!, `${losses[0]} → ${losses.at(-1)}`)
      })
    })
  }
}

/** 'block0/far/mixing' belongs to the part 'block0/far'; a weight without a slash is a part of its own. */
function partOf(weight: string): string {
  return weight.includes('/') ? weight.slice(0, weight.lastIndexOf('/')) : weight
}

/** Every value from a normal stream, of the size of a weight that keeps variances. */
function shaken(weights: Weights, seed: number): Weights {
  for (const [name, { data, shape }] of weights) {
    const stream = rng(seed, 'shaken', name)
    const size =
      shape.length < 2
        ? 0.5
        : 1 / Math.sqrt(shape.slice(0, -1).reduce((product, length) => product * length, 1))
    for (let i = 0; i < data.length; i++) data[i] = size * stream.normal()
  }
  return weights
}

/** Relative L2. */
function apart(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...a)
}

function weightsOf(model: Model, toy: Toy): Weights {
  return collectWeights(
    (init) => model.build(toyParams(model.defaults), toy.facts, init),
    (name) => rng(SEED, name),
  )
}

function predict(model: Model, toy: Toy, weights: Weights, noisy: boolean) {
  return tf.tidy(() => {
    const tensors = new Map([...weights].map(([name, host]) => [name, tensorOf(host)]))
    const forward = model.build(toyParams(model.defaults), toy.facts, initFrom(tensors))
    const outputs = forward(batchOf(tensorsOf(toy.feeds)).input, noisy ? noiseFrom(SEED) : null)
    const plain: Record<string, { shape: number[]; data: number[] }> = {}
    for (const [name, tensor] of Object.entries(outputs))
      plain[name] = { shape: tensor.shape, data: [...tensor.dataSync()] }
    return plain
  })
}

function firstRow(toy: Toy): Toy {
  const feeds: Toy['feeds'] = {}
  for (const [name, { shape, dtype, data }] of Object.entries(toy.feeds))
    feeds[name] = { shape: [1, ...shape.slice(1)], dtype, data: data.slice(0, data.length / shape[0]!) }
  return { ...toy, feeds }
}

/** 30 steps of Adam under one fixed noise; the loss before each, and after the last. */
async function train(model: Model, loss: Loss, toy: Toy): Promise<number[]> {
  const weights = weightsOf(model, toy)
  const optimizer = { name: 'adam' }
  const step = await compileStep(
    { weights, feeds: toy.feeds, loss: lossOf(model, loss, toy.facts), optimizer },
    { device: 'eager', threads: 1 },
  )
  const noise = Object.fromEntries(
    step.noise.map(({ name, shape, law }) => [name, drawNoise(shape, law, rng(SEED, name))]),
  )
  const losses: number[] = []
  for (let i = 0; i <= 30; i++) losses.push(await step.run(toy.feeds, noise, 1e-2))
  await step.dispose()
  return losses
}
