import assert from 'node:assert/strict'
import { tf } from '../../tensor/index.ts'
import type { HostTensor, Scalar, Tensor } from '../../tensor/types.ts'
import { checkGradient, checkSecond } from './differences.ts'
import { weighted } from './kernels/harness.ts'

type Image = tf.Tensor4D

/** Fixed values away from every kink and from one another by more than the step of the differences. */
function apart(shape: readonly number[], offset = 0.05): HostTensor {
  const size = shape.reduce((product, side) => product * side, 1)
  const data = Float32Array.from({ length: size }, (_, i) => ((i * 7) % size) / 8 - size / 16 + offset)
  return { shape, dtype: 'float32', data }
}

describe('tensor gradients that TensorFlow.js gets wrong', () => {
  const unary: Record<string, (x: Tensor) => Tensor> = {
    tanh: (x) => x.tanh(),
    exp: (x) => x.exp(),
    sigmoid: (x) => x.sigmoid(),
    elu: (x) => x.elu(),
    relu: (x) => x.relu(),
    softmax: (x) => x.softmax(),
    'x ** 3': (x) => x.add(2).pow(3),
    'two ** x': (x) => tf.scalar(2).pow(x),
    'x ** x': (x) => x.add(2).pow(x),
    logSoftmax: (x) => x.sub(tf.logSumExp(x, -1, true)),
  }
  for (const [name, f] of Object.entries(unary)) {
    it(`${name}: first derivative`, () => checkGradient((x) => weighted([f(x)]), [apart([2, 5])], name))
    it(`${name}: second derivative`, () => checkSecond((x) => weighted([f(x)]), apart([2, 5]), name))
    it(`${name}: second derivative inside a product`, () =>
      checkSecond((x) => weighted([x.mul(f(x).square())]), apart([2, 5]), name))
  }

  it('(x tanh x)″ at 0.3 is 1.6703', () => {
    // 2 (1 − t²) − 2 x t (1 − t²) with t = tanh 0.3; float32 leaves six digits
    const t = Math.tanh(0.3)
    const second = tf
      .grad(tf.grad((x) => x.mul(x.tanh())))(tf.scalar(0.3))
      .dataSync()[0]!
    assert.ok(Math.abs(second - (2 - 0.6 * t) * (1 - t * t)) < 1e-5, `${second}`)
  })

  const stretched: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
  }
  for (const [name, f] of Object.entries(stretched)) {
    const total = (a: Tensor, b: Tensor) => weighted([f(a, b)])
    it(`${name} of a matrix and a row`, () => checkGradient(total, [apart([3, 4]), apart([4], 0.01)], name))
    it(`${name} of a column and a row`, () =>
      checkGradient(total, [apart([3, 1], 0.11), apart([1, 4], 0.02)], name))
  }

  it('where by a condition that depends on its operands', () =>
    checkGradient(
      (a, b) => weighted([tf.where(a.greater(b), a.square(), b)]),
      [apart([3, 4]), apart([4], 0.01)],
      'where',
    ))

  it('resizeNearestNeighbor of a batch of two, by hand', () => {
    // dy of image 2 is 17 … 32 on 4 × 4: the sums of its 2 × 2 blocks are 82 − 8 = 74, 82, 106, 114
    const dy = tf.range(1, 33).reshape([2, 4, 4, 1])
    const f = (x: Tensor) =>
      tf.image
        .resizeNearestNeighbor(x as Image, [4, 4])
        .mul(dy)
        .sum() as Scalar
    assert.deepEqual(
      [
        ...tf
          .grad(f)(tf.zeros([2, 2, 2, 1]))
          .dataSync(),
      ],
      [14, 22, 46, 54, 78, 86, 110, 118],
    )
  })

  it('avgPool same: a corner counts the pixels that are there', () => {
    // 3 × 3 by 2 on 4 × 4, padded below and right: the last window sees 2 × 2 pixels, so each gets 1 / 4
    const f = (x: Tensor) =>
      tf
        .avgPool(x as Image, 3, 2, 'same')
        .slice([0, 1, 1, 0], [1, 1, 1, 1])
        .sum() as Scalar
    const gradient = tf
      .grad(f)(tf.zeros([1, 4, 4, 1]))
      .dataSync()
    assert.deepEqual(
      [...gradient].filter((x) => x !== 0),
      [0.25, 0.25, 0.25, 0.25],
    )
  })

  it('cumsum along the first axis of a square', () => {
    // Σ w c with c the running sums: row i of the gradient is the sum of w over rows ≥ i
    const w = tf.tensor([
      [1, 2],
      [3, 4],
    ])
    const gradient = tf.grad((x) => x.cumsum(0).mul(w).sum())(tf.zeros([2, 2]))
    assert.deepEqual([...gradient.dataSync()], [4, 6, 3, 4])
  })

  it('matMul of two stretched batches, by hand', () => {
    const a = tf.tensor([1, 2], [2, 1, 1, 1])
    const b = tf.tensor([3, 5, 7], [1, 3, 1, 1])
    assert.deepEqual([...tf.matMul(a, b).dataSync()], [3, 5, 7, 6, 10, 14])
  })

  it('maxPool gives a tie to the first', () => {
    const f = (x: Tensor) => tf.maxPool(x as Image, 2, 2, 'valid').sum() as Scalar
    assert.deepEqual(
      [
        ...tf
          .grad(f)(tf.zeros([1, 2, 2, 1]))
          .dataSync(),
      ],
      [1, 0, 0, 0],
    )
  })

  it('maxPool3d gives a tie to the first', () => {
    const f = (x: Tensor) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid').sum() as Scalar
    const gradient = tf
      .grad(f)(tf.zeros([1, 2, 2, 2, 1]))
      .dataSync()
    assert.deepEqual([...gradient], [1, 0, 0, 0, 0, 0, 0, 0])
  })

  it('mirrorPad counts the mirrored copies', () => {
    // (a, b, c) reflected by 1 and 1 is (b, a, b, c, b): weights 1, 10, 100, 1000, 10000 give b 1 + 100 + 10000
    const weights = tf.tensor([1, 10, 100, 1000, 10000])
    const f = (x: Tensor) =>
      tf
        .mirrorPad(x, [[1, 1]], 'reflect')
        .mul(weights)
        .sum() as Scalar
    assert.deepEqual(
      [
        ...tf
          .grad(f)(tf.tensor([1, 2, 3]))
          .dataSync(),
      ],
      [10, 10101, 1000],
    )
  })

  it('floorDiv is flat', () => {
    const f = (x: Tensor) => tf.floorDiv(x, tf.scalar(2)).cast('float32').mul(x).sum() as Scalar
    assert.deepEqual(
      [
        ...tf
          .grad(f)(tf.tensor([5, -3]))
          .dataSync(),
      ],
      [2, -2],
    )
  })

  it('a dilated convolution along a line, by hand', () => {
    // y₀ = w₀ x₀ + w₁ x₂, y₁ = w₀ x₁ + w₁ x₃ with dy = (1, 10): dx = (w₀, 10 w₀, w₁, 10 w₁), dw = (x₀ + 10 x₁, x₂ + 10 x₃)
    const [x, w] = [tf.tensor([1, 2, 3, 4], [1, 1, 4, 1]), tf.tensor([5, 7], [1, 2, 1, 1])]
    const dy = tf.tensor([1, 10], [1, 1, 2, 1])
    const f = (a: Tensor, b: Tensor) =>
      tf
        .conv2d(a as Image, b as Image, 1, 'valid', 'NHWC', [1, 2])
        .mul(dy)
        .sum() as Scalar
    const [dx, dw] = tf.grads(f)([x, w])
    assert.deepEqual([...dx!.dataSync()], [5, 50, 7, 70])
    assert.deepEqual([...dw!.dataSync()], [21, 43])
  })

  it('logSoftmax keeps its second derivative: that of the first entry by itself is −p₀ (1 − p₀)', () => {
    const second = tf.grad((x) =>
      tf
        .grad((z) => z.logSoftmax().slice(0, 1).sum())(x)
        .slice(0, 1)
        .sum(),
    )
    const p = 1 / (1 + Math.exp(-1))
    assert.ok(Math.abs(second(tf.tensor([1, 0])).dataSync()[0]! + p * (1 - p)) < 1e-6) // float32
  })

  it('a sum over an embedding table counts every look-up', () => {
    const ids = tf.tensor([2, 0, 2], [3], 'int32') as tf.Tensor1D
    const gradient = tf.grad((table) => table.gather(ids).sum())(tf.zeros([4, 1]))
    assert.deepEqual([...gradient.dataSync()], [1, 0, 2, 0])
  })
})

describe('tf.customGrad', () => {
  const cube = (keepsResult: boolean) =>
    tf.customGrad((x, save) => {
      const input = x as Tensor
      const square = input.square()
      ;(save as unknown as tf.GradSaveFunc)(keepsResult ? [square] : [input])
      const slope = (dy: Tensor, [kept]: Tensor[]) => dy.mul(3).mul(keepsResult ? kept! : kept!.square())
      return { value: square.mul(input), gradFunc: slope }
    })
  const at = tf.tensor([2, -1])

  for (const keepsResult of [false, true])
    it(`that saves ${keepsResult ? 'a result' : 'its input'} has a first derivative`, () =>
      assert.deepEqual(
        [
          ...tf
            .grad((x) => cube(keepsResult)(x).sum())(at)
            .dataSync(),
        ],
        [12, 3],
      ))

  const second = (keepsResult: boolean) =>
    tf.grad((x) =>
      tf
        .grad((z) => cube(keepsResult)(z).sum())(x)
        .mul(x)
        .sum(),
    )(at)
  it('that saves its input has a second one: (3 x² x)′ = 9 x²', () =>
    assert.deepEqual([...second(false).dataSync()], [36, 9]))
  it('that saves a result has none, and says so', () =>
    assert.throws(() => second(true), /no second derivative, because the function saved a value/))
})
