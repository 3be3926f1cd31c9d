/**
 * Every model × loss at toy size, the solver and the fields on the device `webgpu`: `npm run test:webgpu`. It needs a GPU or the
 * Vulkan in software that the script looks for; it is no part of `npm test`. Minutes: a software GPU compiles slowly.
 */
import assert from 'node:assert/strict'
import { isSound, tryDevice } from '../../cli/doctor/trials.ts'
import type { Loss } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { type Compiled, zeros } from '../../tensor/compiled.ts'
import { whyNot } from '../../tensor/devices.ts'
import { compileEager } from '../../tensor/eager.ts'
import { compileStep } from '../../tensor/engine.ts'
import { compileOnGpu } from '../../tensor/gpu.ts'
import type { HostTensor, Tensor, Weights } from '../../tensor/index.ts'
import { drawNoise } from '../../tensor/noise.ts'
import { gradientProgram, type Named, type Program, prefixed } from '../../tensor/program.ts'
import { lossesOf, lossOf, modelsOf, toys, tracks, weightsFor } from '../contracts/toys.ts'

const SEED = 6
/** ONNX operators that the provider leaves to the CPU, all of them on whole numbers; docs/engine.md names them too. */
const LEFT = /^(Abs|Cast|Mod|Split) \(\d+\)$/
/** float32 sums in another order, and functions of a GPU that are allowed 3 units in the last place and more. */
const TOLERANCE = 1e-4

before(async function () {
  this.timeout(120_000)
  const missing = await whyNot('webgpu')
  if (missing !== null) throw new Error(missing)
})

for (const track of tracks) {
  const toy = toys[track]!()
  const losses = await lossesOf(track)
  for (const [name, model] of await modelsOf(track)) {
    const weights = (loss: Loss) => weightsFor(model, loss, toy.facts, SEED)
    for (const [lossName, loss] of losses)
      describe(`webgpu: ${name} with ${lossName} (seed ${SEED})`, function () {
        this.timeout(600_000)

        it('has the gradients of eager, on the GPU', async () => {
          const program = gradientProgram(weights(loss), toy.feeds, lossOf(model, loss, toy.facts))
          const said: string[] = []
          const gpu = await compileOnGpu(program, 'webgpu', (line) => said.push(line))
          for (const line of said)
            for (const operator of line.split(': ').at(-1)!.split(', ')) assert.match(operator, LEFT, line)
          const inputs = inputsOf(gpu, toy.feeds, weights(loss))
          const [found, right] = [await gpu.run(inputs), await compileEager(program).run(inputs)]
          await gpu.dispose()
          compare(found, right)
        })
      })

    it(`webgpu: ${name} trains for three steps as on the cpu, its weights on the device`, async function () {
      this.timeout(600_000)
      const [, loss] = losses[0]!
      const spec = {
        weights: weights(loss),
        feeds: toy.feeds,
        loss: lossOf(model, loss, toy.facts),
        optimizer: { name: 'sgd' },
        clip: 1, // steps of 0.01 at most: some losses are steep enough to diverge in three
      }
      const [gpu, cpu] = [
        await compileStep(spec, { device: 'webgpu', threads: 1 }),
        await compileStep(spec, { device: 'cpu', threads: 1 }),
      ]
      for (let step = 0; step < 3; step++) {
        const drawn = gpu.noise.map(
          ({ name, shape, law }) => [name, drawNoise(shape, law, rng(SEED, name, step))] as const,
        )
        const noise = Object.fromEntries(drawn)
        const [found, right] = [await gpu.run(toy.feeds, noise, 0.01), await cpu.run(toy.feeds, noise, 0.01)]
        assert.ok(Math.abs(found - right) <= TOLERANCE * Math.abs(right), `step ${step}: ${found}, ${right}`)
      }
      compare(Object.fromEntries(await gpu.weights()), Object.fromEntries(await cpu.weights()))
      await Promise.all([gpu.dispose(), cpu.dispose()])
    })
  }
}

describe('webgpu: solver, fields, memory', function () {
  this.timeout(600_000)

  it('solves like Cholesky, and makes the fields of the CPU', async () => {
    const verdict = await tryDevice('webgpu', 17)
    assert.ok(isSound(verdict), JSON.stringify(verdict))
  })

  it('keeps what is resident on the device until it is fetched, and hands it to another program', async () => {
    const x = { shape: [3], dtype: 'float32' as const }
    const double: Program = {
      inputs: { x },
      resident: ['y'],
      run: ({ x }) => ({ y: x!.add(x!), sum: x!.sum() as Tensor }),
    }
    const add: Program = { inputs: { y: x }, run: ({ y }) => ({ z: y!.add(1) }) }
    const [one, two] = [
      await compileOnGpu(double, 'webgpu', () => {}),
      await compileOnGpu(add, 'webgpu', () => {}),
    ]
    const place = zeros(x)
    const { sum } = await one.run({ x: { ...x, data: Float32Array.of(1, 2, 3) } }, { y: place })
    assert.deepEqual([sum!.data[0], [...place.data]], [6, [0, 0, 0]]) // the host has only the handle
    assert.deepEqual([...(await two.run({ y: place })).z!.data], [3, 5, 7])
    await one.fetch({ y: place })
    assert.deepEqual([...place.data], [2, 4, 6])
    await one.run({ x: { ...x, data: Float32Array.of(0, 0, 1) } }, { y: place })
    assert.deepEqual([...(await two.run({ y: place })).z!.data], [1, 1, 3])
    assert.deepEqual(
      [...(await one.run({ x: { ...x, data: Float32Array.of(5, 5, 5) } })).y!.data],
      [10, 10, 10],
    )
    await Promise.all([one.dispose(), two.dispose()])
  })
})

function inputsOf({ noise }: Compiled, feeds: Named<HostTensor>, weights: Weights) {
  const drawn = noise.map(
    ({ name, shape, law }) => [name, drawNoise(shape, law, rng(SEED, name, 0))] as const,
  )
  return {
    ...prefixed('weights', Object.fromEntries(weights)),
    ...prefixed('feeds', feeds),
    ...prefixed('noise', Object.fromEntries(drawn)),
  }
}

/** Each tensor, relative to itself or to a hundredth of all: a gradient may be 0 but for rounding. */
function compare(found: Named<HostTensor>, right: Named<HostTensor>): void {
  const all = norm(Object.values(right).flatMap(({ data }) => [...data]))
  for (const [name, { data }] of Object.entries(right)) {
    const gap = norm([...data].map((value, i) => value - found[name]!.data[i]!))
    assert.ok(gap <= TOLERANCE * Math.max(norm(data), 1e-2 * all), `${name}: ${gap} of ${norm(data)}`)
  }
}

function norm(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2
  return Math.sqrt(sum)
}
