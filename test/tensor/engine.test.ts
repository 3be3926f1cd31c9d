import assert from 'node:assert/strict'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import {
  compileForward,
  compileGradients,
  compileStep,
  type EngineOptions,
  exportOnnx,
} from '../../tensor/engine.ts'
import { tf } from '../../tensor/index.ts'
import type { HostTensor, Weights } from '../../tensor/types.ts'
import { assertClose } from './kernels/harness.ts'
import { attention, convForward, convNet, noiseFor, SEED, type Toy } from './toys.ts'

const cpu: EngineOptions = { device: 'cpu', threads: 1 }
const eager: EngineOptions = { device: 'eager', threads: 1 }
const optimizer = { name: 'adam' }

async function train(toy: Toy, options: EngineOptions, steps: number) {
  const step = await compileStep({ ...toy, optimizer }, options)
  const losses: number[] = []
  for (let i = 0; i < steps; i++) losses.push(await step.run(toy.batch(i), noiseFor(step.noise, i), 0.01))
  const weights = await step.weights()
  await step.dispose()
  return { losses, weights }
}

function bytesOf(weights: Weights): string {
  return [...weights]
    .map(([name, { data }]) => `${name} ${Buffer.from(data.buffer).toString('hex')}`)
    .join('\n')
}

/** ‖a − b‖ / ‖b‖ */
function distance(a: HostTensor, b: HostTensor): number {
  let [difference, size] = [0, 0]
  for (const [i, x] of b.data.entries()) {
    difference += (a.data[i]! - x) ** 2
    size += x ** 2
  }
  return Math.sqrt(difference / size)
}

for (const [name, make] of Object.entries({ convNet, attention }))
  describe(`tensor engine: ${name}, compiled against eager (seed ${SEED})`, () => {
    it('has the same gradients', async () => {
      const toy = make()
      const [one, two] = [await compileGradients(toy, cpu), await compileGradients(toy, eager)]
      assert.deepEqual(one.noise, two.noise)
      const noise = noiseFor(one.noise, 0)
      const [got, wanted] = [await one.run(toy.batch(0), noise), await two.run(toy.batch(0), noise)]
      assert.ok(Math.abs(got.loss - wanted.loss) <= 1e-6 * Math.abs(wanted.loss)) // float32 sums in another order
      assert.deepEqual([...got.gradients.keys()], [...toy.weights.keys()])
      for (const [weight, gradient] of wanted.gradients) {
        const error = distance(got.gradients.get(weight)!, gradient)
        assert.ok(error < 1e-5, `${weight}: ${error}`) // 1e-6 is usual
      }
      await one.dispose()
    })
    it('trains alike for 20 steps, and learns', async () => {
      const toy = make()
      const fixed = { ...toy, batch: () => toy.batch(0) }
      const [got, wanted] = [await train(fixed, cpu, 20), await train(fixed, eager, 20)]
      // each step adds a rounding; Adam divides by small numbers, so the weights themselves may drift further apart
      for (const [i, loss] of wanted.losses.entries())
        assert.ok(
          Math.abs(got.losses[i]! - loss) < 1e-5 * Math.abs(loss),
          `step ${i}: ${got.losses[i]}, ${loss}`,
        )
      assert.ok(got.losses.at(-1)! < 0.8 * got.losses[0]!, `${got.losses}`)
    })
    it('gives the same bytes when run again', async () => {
      const [one, two] = [await train(make(), cpu, 4), await train(make(), cpu, 4)]
      assert.equal(bytesOf(one.weights), bytesOf(two.weights))
      assert.deepEqual(one.losses, two.losses)
    })
    it('leaves no tensor behind', async () => {
      const before = tf.memory().numTensors
      await train(make(), cpu, 2)
      await train(make(), eager, 2)
      assert.equal(tf.memory().numTensors, before)
    })
  })

describe('tensor engine: training step', () => {
  it('takes its noise as input: another mask, another loss', async () => {
    const toy = attention()
    for (const options of [cpu, eager]) {
      const step = await compileGradients(toy, options)
      assert.deepEqual(step.noise, [{ name: 'dropout', shape: [2, 6, 8], law: { bernoulli: 0.8 } }])
      const losses = []
      for (const i of [0, 1, 0]) losses.push((await step.run(toy.batch(0), noiseFor(step.noise, i))).loss)
      assert.notEqual(losses[0], losses[1])
      assert.equal(losses[0], losses[2])
      await assert.rejects(step.run(toy.batch(0), {}), /input 'noise\/dropout' is missing/)
      await step.dispose()
    }
  })
  it('leaves the weights it was given alone, and gives copies', async () => {
    const toy = convNet()
    const before = bytesOf(toy.weights)
    const step = await compileStep({ ...toy, optimizer }, cpu)
    const first = await step.weights()
    await step.run(toy.batch(0), {}, 0.1)
    await step.run(toy.batch(1), {}, 0.1)
    assert.equal(bytesOf(toy.weights), before)
    assert.equal(bytesOf(first), before)
    assert.notEqual(bytesOf(await step.weights()), before)
    await step.dispose()
  })
  it('moves nothing at rate 0', async () => {
    const toy = convNet()
    const step = await compileStep({ ...toy, optimizer: { name: 'adamw', params: { decay: 0.1 } } }, cpu)
    await step.run(toy.batch(0), {}, 0)
    assert.equal(bytesOf(await step.weights()), bytesOf(toy.weights))
    await step.dispose()
  })
  it('says which weight cannot be trained', async () => {
    const toy = convNet()
    const loss: Toy['loss'] = (_init, { k }) => k!.mean().asScalar()
    for (const options of [cpu, eager])
      await assert.rejects(compileGradients({ ...toy, loss }, options), /'first\/w' does not reach the loss/)
  })
  it('says when the loss is no scalar, and when noise has one name twice', async () => {
    const { weights, feeds } = convNet()
    const wide: Toy['loss'] = (_init, { k }) => k!.sum(0) as tf.Scalar
    await assert.rejects(
      compileGradients({ weights, feeds, loss: wide }, cpu),
      /float32 scalar \(got float32 \[8, 8\]\)/,
    )
    const twice: Toy['loss'] = (_init, _feeds, noise) =>
      noise('a', [], 'normal')
        .add(noise('a', [], 'normal'))
        .asScalar()
    await assert.rejects(
      compileGradients({ weights, feeds, loss: twice }, cpu),
      /noise 'a' was asked for twice/,
    )
  })
})

describe('tensor engine: prediction', () => {
  const { weights, batch } = convNet()
  const feeds = { k: { shape: [2, 8, 8], dtype: 'float32' as const } }
  const spec = { weights, feeds, forward: toForward }
  const { k } = batch(0)

  it('is the same compiled and eager, and as bool in int32', async () => {
    const [one, two] = [await compileForward(spec, cpu), await compileForward(spec, eager)]
    const [got, wanted] = [await one.run({ k: k! }), await two.run({ k: k! })]
    assert.deepEqual(Object.keys(got), ['x', 'above'])
    assertClose(got.x!, wanted.x!, 'x')
    assert.equal(got.above!.dtype, 'int32')
    assert.deepEqual(got.above, wanted.above)
    await one.dispose()
  })
  it('takes other weights when it runs', async () => {
    const none = new Map(
      [...weights].map(([name, w]) => [name, { ...w, data: new Float32Array(w.data.length) }]),
    )
    const compiled = await compileForward(spec, cpu)
    const { x } = await compiled.run({ k: k! }, none)
    assert.ok(x!.data.every((value) => value === 0))
    const again = await compiled.run({ k: k! })
    assert.ok(again.x!.data.some((value) => value !== 0))
    await compiled.dispose()
  })
  it('exports to a file that needs nothing of ours', async () => {
    const file = exportOnnx(spec)
    const session = await InferenceSession.create(file, { logSeverityLevel: 3 })
    assert.deepEqual(session.inputNames, ['k'])
    assert.deepEqual(session.outputNames, ['x', 'above'])
    const got = await session.run({ k: new OrtTensor('float32', k!.data as Float32Array, k!.shape) })
    const compiled = await compileForward(spec, cpu)
    const { x } = await compiled.run({ k: k! })
    assertClose({ shape: got.x!.dims, dtype: 'float32', data: got.x!.data as Float32Array }, x!, 'exported')
    for (const name of weights.keys())
      assert.ok(Buffer.from(file).includes(name), `${name} is not in the file`)
    await session.release()
    await compiled.dispose()
  })
  it('renames an output that has the name of an input', async () => {
    const file = exportOnnx({ weights: new Map(), feeds, forward: (_init, { k }) => ({ k: k!.neg() }) })
    const session = await InferenceSession.create(file, { logSeverityLevel: 3 })
    assert.deepEqual([session.inputNames, session.outputNames], [['k'], ['k_out']])
    await session.release()
  })
})

function toForward(...[init, { k }]: Parameters<Parameters<typeof exportOnnx>[0]['forward']>) {
  const x = convForward(init, k!)
  return { x, above: x.greater(0.1) }
}
