import assert from 'node:assert/strict'
import { rng } from '../../math/rng.ts'
import { apply, assemble } from '../../solvers/diffusion/stencil.ts'
import {
  atColumns,
  neighborsOf,
  rowsTimes,
  stencilTimes,
  type Tensor,
  tf,
  transposeTimes,
} from '../../tensor/index.ts'

const SEED = 83

describe(`tensor/sparse (seed ${SEED})`, () => {
  // L = [[2, 0, 0], [3, 5, 0], [0, 7, 11]] and the same matrix times 10, in rows of two slots
  const values = () => tf.tensor([2, 0, 5, 3, 11, 7, 20, 0, 50, 30, 110, 70], [2, 3, 2])
  const columns = () => tf.tensor([0, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2, 1], [2, 3, 2], 'int32')
  const x = () => tf.tensor([1, 2, 3, 1, 0, 0], [2, 3])

  it('multiplies by L and by its transpose as a person does', () => {
    assert.deepEqual(
      read(() => rowsTimes(values(), columns(), x())),
      [2, 13, 47, 20, 30, 0],
    )
    assert.deepEqual(
      read(() => transposeTimes(values(), columns(), x())),
      [8, 31, 33, 20, 0, 0],
    )
    assert.deepEqual(
      read(() => atColumns(x(), columns())),
      [1, 1, 2, 1, 3, 2, 1, 1, 0, 1, 0, 0],
    )
  })

  it('has gradients that are each other: of ⟨y, L x⟩ by x it is Lᵀ y, of ⟨y, Lᵀ x⟩ it is L y', () => {
    const y = () => tf.tensor([1, -1, 2, 3, 1, -2], [2, 3])
    const by = (product: typeof rowsTimes) =>
      read(() => tf.grad((at: Tensor) => product(values(), columns(), at).mul(y()).sum())(x()))
    assert.deepEqual(
      by(rowsTimes),
      read(() => transposeTimes(values(), columns(), y())),
    )
    assert.deepEqual(
      by(transposeTimes),
      read(() => rowsTimes(values(), columns(), y())),
    )
  })

  it('has a gradient by the entries: y_i x_j of ⟨y, L x⟩, and y_j x_i of ⟨y, Lᵀ x⟩', () => {
    const y = () => tf.tensor([1, -1, 2, 3, 1, -2], [2, 3])
    const by = (product: typeof rowsTimes) =>
      read(() => tf.grad((at: Tensor) => product(at, columns(), x()).mul(y()).sum())(values()))
    assert.deepEqual(by(rowsTimes), [1, 1, -2, -1, 6, 4, 3, 3, 0, 1, -0, -0])
    assert.deepEqual(by(transposeTimes), [1, 1, -2, 2, 6, -3, 3, 3, 0, 0, -0, 0])
  })

  it('multiplies by a five-point matrix as the solvers do', () => {
    const [batch, n] = [2, 4]
    const { normal } = rng(SEED)
    const draw = (count: number) =>
      Float64Array.from({ length: count }, () => Math.fround(Math.exp(0.5 * normal())))
    const matrix = assemble({ batch, n: n + 1, data: draw(batch * (n + 1) ** 2) })
    const u = draw(batch * n * n)
    const parts = [matrix.center, matrix.west, matrix.east, matrix.south, matrix.north]
    const data = Float32Array.from({ length: 5 * u.length }, (_, i) => parts[i % 5]![Math.floor(i / 5)]!)
    const found = read(() =>
      stencilTimes(tf.tensor(data, [batch, n, n, 5]), tf.tensor(Float32Array.from(u), [batch, n, n])),
    )
    for (let b = 0; b < batch; b++) {
      const right = new Float64Array(n * n)
      apply(matrix, u.slice(b * n * n, (b + 1) * n * n), right, b)
      // float32: five terms of size 100
      for (const [p, value] of right.entries()) assert.ok(Math.abs(found[b * n * n + p]! - value) <= 1e-4)
    }
  })

  it('finds west, east, south and north in that order, 0 beyond the wall', () => {
    const around = read(() => neighborsOf(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1])))
    assert.deepEqual(around, [1, 0, 2, 0, 3, 2, 1, 0, 0, 4, 3, 0, 4, 1, 0, 4, 3, 0, 2, 0])
  })
})

function read(f: () => Tensor): number[] {
  const result = tf.tidy(f)
  const values = [...result.dataSync()]
  result.dispose()
  return values
}
