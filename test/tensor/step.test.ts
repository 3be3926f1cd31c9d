import assert from 'node:assert/strict'
import { compileStep } from '../../tensor/engine.ts'
import { layoutOf, pack, unpack } from '../../tensor/layout.ts'
import type { HostTensor, Weights } from '../../tensor/types.ts'

const tensor = (shape: number[], ...data: number[]): HostTensor => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(data),
})
const three = (): Weights =>
  new Map([
    ['a', tensor([1], 0.5)],
    ['m', tensor([2, 2], 1, -1, 2, 0.25)],
    ['b', tensor([2], 3, -4)],
  ])

/** The loss Σ g w has the gradient g. */
async function stepOf(weights: Weights, optimizer: string, more: { clip?: number; average?: number } = {}) {
  const feeds = Object.fromEntries(
    [...weights].map(([name, { shape, dtype }]) => [`g${name}`, { shape, dtype }]),
  )
  const names = [...weights.keys()]
  const step = await compileStep(
    {
      weights,
      feeds,
      loss: (init, fed) => {
        const parts = names.map((name) =>
          init.weight(name, weights.get(name)!.shape).mul(fed[`g${name}`]!).sum(),
        )
        return parts.reduce((sum, part) => sum.add(part)).asScalar()
      },
      optimizer: { name: optimizer },
      ...more,
    },
    { device: 'cpu', threads: 1 },
  )
  const fedWith = (gradients: Weights) =>
    Object.fromEntries([...gradients].map(([name, gradient]) => [`g${name}`, gradient]))
  return { step, run: (gradients: Weights, rate: number) => step.run(fedWith(gradients), {}, rate) }
}
const numbersOf = (weights: Weights) => [...weights].map(([name, { data }]) => [name, [...data]])

describe('tensor/layout', () => {
  it('lays weights end to end but for those that stand alone, and takes them apart again', () => {
    const groups = layoutOf(three(), (shape) => shape.length === 2)
    assert.deepEqual(
      groups.map(({ name, shape }) => [name, shape]),
      [
        ['m', [2, 2]],
        ['*', [3]],
      ],
    )
    const values = { m: tensor([2, 2], 0, 0, 0, 0), '*': tensor([3], 0, 0, 0) }
    pack(groups, three(), values)
    assert.deepEqual([...values['*'].data], [0.5, 3, -4])
    assert.deepEqual(numbersOf(unpack(groups, values, three())), numbersOf(three()))
    assert.deepEqual([...unpack(groups, values, three()).keys()], ['a', 'm', 'b'])
  })
})

describe('tensor/step', () => {
  const gradients: Weights = new Map([
    ['a', tensor([1], 2)],
    ['m', tensor([2, 2], 1, 0, -2, 0)],
    ['b', tensor([2], 0, 4)],
  ])

  it('updates weights together as it does one by one', async () => {
    const together = await stepOf(three(), 'adam')
    for (let i = 0; i < 3; i++) await together.run(gradients, 0.1)
    for (const name of three().keys()) {
      const alone = await stepOf(new Map([[name, three().get(name)!]]), 'adam')
      for (let i = 0; i < 3; i++) await alone.run(new Map([[name, gradients.get(name)!]]), 0.1)
      const [one, all] = [await alone.step.weights(), await together.step.weights()]
      assert.deepEqual([...one.get(name)!.data], [...all.get(name)!.data])
      await alone.step.dispose()
    }
    await together.step.dispose()
  })

  for (const optimizer of ['sgd', 'muon'])
    it(`cuts the gradient by its norm over all weights: ${optimizer}`, async () => {
      // ‖g‖ = √(4 + 1 + 4 + 16) = 5: with a clip of 2.5 the gradient is halved, with 10 it is left.
      const half: Weights = new Map(
        [...gradients].map(([name, { shape, data }]) => [
          name,
          tensor([...shape], ...data.map((x) => x / 2)),
        ]),
      )
      const results: number[][] = []
      for (const [clip, fed] of [
        [2.5, gradients],
        [0, half],
        [10, half],
      ] as const) {
        const { step, run } = await stepOf(three(), optimizer, { clip })
        await run(fed, 0.1)
        results.push([...(await step.weights()).values()].flatMap(({ data }) => [...data]))
        await step.dispose()
      }
      // 1e-6 in the norm of 5, and float32
      for (const [i, x] of results[0]!.entries())
        assert.ok(Math.abs(x - results[1]![i]!) < 2e-6, `${results}`)
      assert.deepEqual(results[1], results[2])
    })

  it('averages from the start on: 0 + (1 − 2/11) (w₁ − 0), …', async () => {
    const { step, run } = await stepOf(new Map([['a', tensor([1], 0)]]), 'sgd', { average: 0.9 })
    const fed: Weights = new Map([['a', tensor([1], -1)]])
    let wanted = 0
    for (let t = 1; t <= 3; t++) {
      await run(fed, 1) // w = t
      wanted += (1 - (1 + t) / (10 + t)) * (t - wanted)
    }
    assert.ok(Math.abs((await step.averages()).get('a')!.data[0]! - wanted) < 1e-6)
    assert.equal((await step.weights()).get('a')!.data[0], 3)
    await step.dispose()
  })

  it('goes on from a state as if nothing had been, and refuses that of another step', async () => {
    const [one, two] = [await stepOf(three(), 'adam'), await stepOf(three(), 'adam')]
    await one.run(gradients, 0.1)
    two.step.restore(await one.step.state())
    for (const { run } of [one, two]) await run(gradients, 0.1)
    assert.deepEqual(numbersOf(await one.step.weights()), numbersOf(await two.step.weights()))
    const other = await stepOf(three(), 'sgd')
    assert.throws(() => other.step.restore({ steps: 1, kept: new Map() }), /state is that of another/)
    for (const { step } of [one, two, other]) await step.dispose()
  })
})
