import assert from 'node:assert/strict'
import type { Noise } from '../../../contracts.ts'
import { type Positions, positionsOf } from '../../../losses/positions.ts'
import { ceOf } from '../../../losses/recommenders/ce.ts'
import sce, { sceOf, sizesOf } from '../../../losses/recommenders/sce.ts'
import { rng } from '../../../math/rng.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'
import { crossEntropy, golden, type Matrix, mix, scalable, table } from './reference.ts'

const SEED = 21
const F32 = 1e-6 // measured 2.6e-7: a handful of float32 roundings of numbers near 4
const { X, W, y, centers, omega } = golden

function batchOf(target: number[], size: number) {
  const shape = [size, target.length / size] as [number, number]
  return { input: { history: tf.zeros(shape, 'int32') }, target: tf.tensor(target, shape, 'int32') }
}
function outputOf(states: Matrix, items: Matrix, size: number) {
  const width = items[0]!.length
  return {
    states: tf.tensor(states.flat(), [size, states.length / size, width]),
    catalog: tf.tensor(items.flat(), [items.length, width]),
    items: items.length,
  }
}
function at(states: Matrix, items: Matrix, rows: readonly number[]): Positions {
  return positionsOf(
    outputOf(states, items, 1),
    batchOf(
      rows.map((row) => row + 1),
      1,
    ),
  )
}
const matrix = (m: Matrix) => tf.tensor(m.flat(), [m.length, m[0]!.length])
const normals = (rows: number, columns: number, name: string) => {
  const stream = rng(SEED, name)
  return table(rows, columns, () => stream.normal())
}

/** SCE_i by position, null where no block holds it. */
function byPosition({ values, held }: ReturnType<typeof sceOf>): (number | null)[] {
  const inside = held.dataSync()
  return Array.from(values.dataSync(), (value, i) => (inside[i] === 1 ? value : null))
}
function close(found: readonly (number | null)[], right: readonly (number | null)[]) {
  assert.equal(found.length, right.length)
  right.forEach((value, i) => {
    const ok = value === null ? found[i] === null : Math.abs(found[i]! - value) < F32
    assert.ok(ok, `position ${i}: ${found[i]}, expected ${value}`)
  })
}

describe(`sce (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('the reference gives the worked numbers', () => {
    const plain = scalable(X, W, y, centers, 3, 4)
    assert.deepEqual(plain.positions, [
      [0, 5, 2],
      [5, 3, 1],
      [1, 3, 5],
    ])
    assert.deepEqual(plain.items, [
      [3, 7, 6, 2],
      [0, 4, 7, 8],
      [8, 1, 4, 5],
    ])
    const losses = [1.840099, 2.59018, 3.221175, 3.627573, 4.061514, 1.525856, 1.679506, 3.771275, 3.007005]
    for (const [i, value] of plain.losses.flat().entries()) assert.ok(Math.abs(value - losses[i]!) < 1e-6)
    assert.ok(Math.abs(plain.mean - 2.885973) < 1e-6)
    const mixed = scalable(X, W, y, mix(omega, X), 3, 4)
    assert.deepEqual(mixed.positions, [
      [0, 2, 4],
      [3, 1, 5],
      [1, 3, 5],
    ])
    assert.deepEqual(mixed.items, [
      [6, 2, 9, 3],
      [4, 0, 8, 7],
      [8, 4, 1, 0],
    ])
    assert.ok(Math.abs(mixed.mean - 2.59237) < 1e-6)
  })

  it('chooses the blocks of the worked case and is the reference in float32', () => {
    const right = scalable(X, W, y, centers, 3, 4)
    const found = sceOf(at(X, W, y), matrix(centers), { positions: 3, items: 4 })
    assert.deepEqual([...found.chosen.dataSync()], right.positions.flat())
    close([...found.losses.dataSync()], right.losses.flat())
    const values = byPosition(found)
    close(values, right.values)
    assert.equal(values[4], null) // in no block
  })

  for (const kind of ['plain', 'mix'])
    it(`as a loss with declared noise: ${kind}`, () => {
      const params = { ...sce.defaults, buckets: 3, positions: 3, items: 4, mix: kind === 'mix' }
      const given = kind === 'mix' ? omega : centers
      const noise: Noise = (name, shape, law) => {
        assert.deepEqual([name, shape, law], ['centers', [given.length, given[0]!.length], 'normal'])
        return matrix(given)
      }
      const value = sce.value(
        outputOf(X, W, 2),
        batchOf(
          y.map((row) => row + 1),
          2,
        ),
        params,
        noise,
      )
      const right = scalable(X, W, y, kind === 'mix' ? mix(omega, X) : centers, 3, 4).mean
      assert.ok(Math.abs(value.dataSync()[0]! - right) < F32)
    })

  it('one block of everything is CE', () => {
    const { values, mean } = crossEntropy(X, W, y)
    const found = sceOf(at(X, W, y), matrix(centers.slice(0, 1)), { positions: 6, items: 10 })
    close(byPosition(found), values)
    const params = { ...sce.defaults, buckets: 1, positions: 99, items: 99 } // clamped to 6 and 10
    const value = sce.value(
      outputOf(X, W, 2),
      batchOf(
        y.map((row) => row + 1),
        2,
      ),
      params,
      () => matrix(omega.map((row) => [row[0]!])),
    )
    assert.ok(Math.abs(value.dataSync()[0]! - mean) < F32)
  })

  it('is at most CE at every position, and more blocks never lower it', () => {
    const [states, items] = [normals(30, 6, 'states'), normals(40, 6, 'items')]
    const rows = states.map((_, i) => (7 * i) % 40)
    const positions = at(states, items, rows)
    const above = ceOf(positions).dataSync()
    const many = normals(8, 6, 'centers')
    const valuesOf = (count: number) =>
      byPosition(sceOf(positions, matrix(many.slice(0, count)), { positions: 12, items: 10 }))
    let before: (number | null)[] = valuesOf(1)
    for (let count = 2; count <= 8; count++) {
      const now = valuesOf(count)
      now.forEach((value, i) => {
        if (value !== null) assert.ok(value <= above[i]! + F32)
        if (before[i] !== null) assert.ok(value! >= before[i]! - F32)
      })
      before = now
    }
    assert.ok(before.some((value) => value !== null))
  })

  it('does not depend on the length of the centers', () => {
    const found = (by: number) =>
      byPosition(sceOf(at(X, W, y), matrix(centers).mul(by), { positions: 3, items: 4 }))
    assert.deepEqual(found(64), found(1)) // a power of two: not one bit differs
  })

  it('has the gradient of CE over the items of the winning block, none elsewhere', () => {
    const right = scalable(X, W, y, centers, 3, 4)
    const positions = at(X, W, y)
    const gradient = tf.grad((states: Tensor) => {
      const { values, held } = sceOf({ ...positions, states }, matrix(centers), { positions: 3, items: 4 })
      return values.mul(held).sum()
    })(positions.states)
    const exact = X.map((x, i) => {
      if (right.values[i] === null) return x.map(() => 0)
      const b = right.positions.findIndex((held, b) =>
        held.some((p, j) => p === i && right.losses[b]![j] === right.values[i]),
      )
      const classes = [y[i]!, ...right.items[b]!.filter((j) => j !== y[i])]
      const weights = classes.map((j) => Math.exp(W[j]!.reduce((sum, w, k) => sum + w * x[k]!, 0)))
      const total = weights.reduce((a, b) => a + b, 0)
      return x.map(
        (_, k) => classes.reduce((sum, j, c) => sum + (weights[c]! / total) * W[j]![k]!, 0) - W[y[i]!]![k]!,
      )
    })
    close([...gradient.dataSync()], exact.flat())
  })

  it('a block that is there twice changes neither value nor gradient', () => {
    const positions = at(X, W, y)
    const gradient = (blocks: Matrix) =>
      tf.valueAndGrad((states: Tensor) => {
        const { values, held } = sceOf({ ...positions, states }, matrix(blocks), { positions: 3, items: 4 })
        return values.mul(held).sum()
      })(positions.states)
    const [once, twice] = [gradient([centers[0]!]), gradient([centers[0]!, centers[0]!])]
    close([...twice.value.dataSync()], [...once.value.dataSync()])
    close([...twice.grad.dataSync()], [...once.grad.dataSync()])
  })

  it('keeps padding out: of the blocks while there are real positions, of the mix, and of the mean', () => {
    const target = [0, 1, 8, 0, 0, 6] // of two users with three places
    const params = { ...sce.defaults, buckets: 3, positions: 3, items: 10 }
    const lossOf = (states: Matrix, mixPadded: boolean) =>
      sce
        .value(outputOf(states, W, 2), batchOf(target, 2), { ...params, mixPadded }, () => matrix(omega))
        .dataSync()[0]!
    const other = X.map((x, i) => (target[i] === 0 ? x.map((value) => 100 - value) : x))
    assert.equal(lossOf(other, false), lossOf(X, false))
    const { values } = crossEntropy(
      X,
      W,
      target.map((item) => Math.max(0, item - 1)),
    )
    // three real positions, blocks of three: all are held, and with all ten items SCE is CE
    assert.ok(Math.abs(lossOf(X, false) - (values[1]! + values[2]! + values[5]!) / 3) < F32)
  })

  it('mixes padded rows when asked, as the authors do', () => {
    const target = [0, 0, 8, 5, 10, 6]
    const params = { ...sce.defaults, buckets: 2, positions: 2, items: 2, mixPadded: true }
    const two = omega.map((row) => row.slice(0, 2))
    const value = sce.value(outputOf(X, W, 2), batchOf(target, 2), params, () => matrix(two)).dataSync()[0]!
    const real = [2, 3, 4, 5]
    const right = scalable(
      real.map((i) => X[i]!),
      W,
      real.map((i) => target[i]! - 1),
      mix(two, X),
      2,
      2,
    )
    assert.ok(Math.abs(value - right.mean) < F32)
  })

  it('takes its sizes from the batch: ⌊2 √(s m)⌋, clamped', () => {
    const batch = { size: 128, length: 32, catalog: 12101 }
    assert.deepEqual(sizesOf(sce.defaults, batch), { buckets: 128, positions: 128, items: 256 })
    assert.deepEqual(sizesOf({ ...sce.defaults, interactions: 8 }, batch), {
      buckets: 64,
      positions: 64,
      items: 256,
    })
    assert.deepEqual(sizesOf({ ...sce.defaults, interactions: 99 }, batch).buckets, 128)
    assert.deepEqual(sizesOf(sce.defaults, { size: 1, length: 2, catalog: 5 }), {
      buckets: 2,
      positions: 2,
      items: 5,
    })
    const own = { ...sce.defaults, buckets: 7, positions: 9, items: 11 }
    assert.deepEqual(sizesOf(own, batch), { buckets: 7, positions: 9, items: 11 })
  })
})
