import assert from 'node:assert/strict'
import type { Init } from '../../contracts.ts'
import { compileStep } from '../../tensor/engine.ts'
import { actsOnRows, compileRowStep } from '../../tensor/rows.ts'
import type { HostTensor, Scalar, Tensor, Weights } from '../../tensor/types.ts'

const cpu = { device: 'cpu', threads: 1 } as const
const tensor = (shape: number[], data: number[]): HostTensor => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(data),
})
const ids = (...of: number[]) => Int32Array.from(of)

/** Four rows of two, and a bias; the loss Σ g ⊙ T + b · Σ g has the gradients g and Σ g. */
const weights = (): Weights =>
  new Map([
    ['bias', tensor([1], [0.5])],
    ['table', tensor([4, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
    ['last', tensor([2], [1, -1])],
  ])
const specOf = (rows: number, optimizer: string) => ({
  weights: weights(),
  feeds: { g: { shape: [rows, 2], dtype: 'float32' as const } },
  loss: (init: Init, { g }: Record<string, Tensor>) =>
    init
      .weight('table', [rows, 2])
      .mul(g!)
      .sum()
      .add(init.weight('bias', [1]).mul(g!.sum()).sum())
      .add(init.weight('last', [2]).sum())
      .asScalar() as Scalar,
  optimizer: { name: optimizer },
})
const gradient = (...g: number[]) => ({ g: tensor([g.length / 2, 2], g) })
const tableOf = (all: Weights) => [...all.get('table')!.data]

describe('tensor/rows', () => {
  for (const optimizer of ['adam', 'adamw', 'lion', 'sgd'])
    it(`is the dense step where all rows are touched, in any order: ${optimizer}`, async () => {
      const dense = await compileStep(specOf(4, optimizer), cpu)
      const lazy = await compileRowStep(specOf(4, optimizer), { table: 'table', rows: 4 }, cpu)
      const orders = [ids(0, 1, 2, 3), ids(2, 0, 3, 1), ids(3, 1, 0, 2)]
      for (const [t, order] of orders.entries()) {
        const g = [1, -2, 0.5, 3, -1, t, 0.25, -0.5]
        const moved = [...order].flatMap((row) => g.slice(2 * row, 2 * row + 2))
        const wanted = await dense.run(gradient(...g), {}, 0.1)
        await lazy.place(order)
        const found = await lazy.run([gradient(...moved), {}, 0.1], 4)
        assert.ok(Math.abs(found - wanted) < 1e-5 * Math.abs(wanted), `${found} and ${wanted}`) // another order of the sum
      }
      const [one, other] = [await lazy.weights(), await dense.weights()]
      assert.deepEqual([...one.keys()], [...other.keys()])
      // The same arithmetic number by number, in a group of its own: nothing but the layout differs.
      for (const [name, { data }] of other)
        for (const [i, x] of data.entries())
          assert.ok(Math.abs(one.get(name)!.data[i]! - x) <= 1e-6 * Math.abs(x), name)
      await lazy.dispose()
      await dense.dispose()
    })

  it("touches a row at steps 1 and 3: m and v wait, t does not (Adam's equations by hand)", async () => {
    const step = await compileRowStep(specOf(2, 'adam'), { table: 'table', rows: 2 }, cpu)
    const [rate, beta1, beta2] = [0.1, 0.9, 0.999]
    let [m, v, w] = [0, 0, 5] // row 2, first number
    const touch = (t: number, g: number) => {
      m = beta1 * m + (1 - beta1) * g
      v = beta2 * v + (1 - beta2) * g * g
      w -= (rate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + 1e-8)
    }
    await step.place(ids(2, 0))
    await step.run([gradient(3, 0, 1, 1), {}, rate], 2)
    touch(1, 3)
    await step.place(ids(0, 3))
    await step.run([gradient(1, 1, 1, 1), {}, rate], 2)
    await step.place(ids(1, 2))
    await step.run([gradient(1, 1, -2, 0), {}, rate], 2)
    touch(3, -2)
    const found = tableOf(await step.weights())
    assert.ok(Math.abs(found[4]! - w) < 1e-5, `${found[4]} and ${w}`) // float32 of 5
    await step.dispose()
  })

  it('leaves alone what it did not touch, and what merely fills a place', async () => {
    const step = await compileRowStep(specOf(3, 'adam'), { table: 'table', rows: 3 }, cpu)
    await step.place(ids(2, 0, 3))
    await step.run([gradient(1, 1, 1, 1, 1, 1), {}, 0.1], 1)
    const found = tableOf(await step.weights())
    assert.deepEqual([...found.slice(0, 4), ...found.slice(6)], [1, 2, 3, 4, 7, 8])
    assert.ok(found[4]! < 5 && found[5]! < 6)
    const { kept } = await step.state()
    assert.deepEqual(
      [...kept.get('memory/mean/table')!.data].map((x) => Math.round(1e6 * x) / 1e6),
      [0, 0, 0, 0, 0.1, 0.1, 0, 0],
    )
    await step.dispose()
  })

  it('shows a probe the rows of the last place', async () => {
    const step = await compileRowStep(specOf(2, 'sgd'), { table: 'table', rows: 2 }, cpu)
    const probe = await step.probe((init) =>
      init
        .weight('table', [2, 2])
        .sum(1)
        .add(init.weight('bias', [1])),
    )
    await step.place(ids(3, 1))
    const { shape, data } = await probe.run(gradient(0, 0, 0, 0), {})
    assert.deepEqual([shape, [...data]], [[2], [15.5, 7.5]])
    await probe.dispose()
    await step.dispose()
  })

  it('goes on from a state as if nothing had been, and refuses that of another table', async () => {
    const open = () => compileRowStep(specOf(2, 'adam'), { table: 'table', rows: 2 }, cpu)
    const [one, two] = [await open(), await open()]
    const turn = async (step: typeof one, rows: Int32Array) => {
      await step.place(rows)
      return step.run([gradient(1, -1, 2, 0.5), {}, 0.1], 2)
    }
    await turn(one, ids(0, 3))
    const { steps, kept } = await one.state()
    two.restore({
      steps,
      kept: new Map([...kept].map(([name, host]) => [name, { ...host, data: host.data.slice() }])),
    })
    for (const rows of [ids(3, 2), ids(0, 1)]) assert.equal(await turn(two, rows), await turn(one, rows))
    assert.deepEqual(await two.weights(), await one.weights())
    assert.throws(() => two.restore({ steps: 1, kept: new Map() }), /state is that of another/)
    await one.dispose()
    await two.dispose()
  })

  it('knows which optimizers act number by number', () => {
    const which = ['adam', 'adamw', 'lion', 'muon', 'sgd', 'soap'].filter((name) => actsOnRows({ name }))
    assert.deepEqual(which, ['adam', 'adamw', 'lion', 'sgd'])
  })
})
