/** Both losses of the track against dense matrices in f64: values, and the gradient through L (Lᵀ x) against differences. */
import assert from 'node:assert/strict'
import type { Loss, Preconditioners } from '../../../contracts.ts'
import highFrequency from '../../../losses/preconditioners/high-frequency.ts'
import lowFrequency from '../../../losses/preconditioners/low-frequency.ts'
import { rng } from '../../../math/rng.ts'
import { type HostTensor, type Tensor, tf } from '../../../tensor/index.ts'
import { incompleteCholesky } from '../../contracts/dense.ts'
import { tensorOf } from '../../contracts/toys.ts'
import { type System, systemOf } from '../../models/preconditioners/systems.ts'

const SEED = 37
const system = systemOf(4, SEED, 4, (L) => {
  L[5]![2] = -0.4 // fill
  L[10]![1] = 0.3
})
const losses: [
  string,
  Loss<Preconditioners>,
  (corrected: Float64Array) => number,
  (q: Float64Array) => number,
][] = [
  [
    'low-frequency',
    lowFrequency,
    (factor) => squares(less(product(factor, system.x), system.b)),
    (q) => squares(less(system.x, scaled(q, dot(q, system.x) / dot(q, q)))),
  ],
  [
    'high-frequency',
    highFrequency,
    (factor) => squares(less(product(factor, system.b), times(system.b))),
    (q) => squares(less(system.b, scaled(times(q), dot(q, system.b) / dot(q, times(q))))),
  ],
]

describe(`losses/preconditioners (seed ${SEED})`, () => {
  it('are what a person finds for one unknown: A = 4, b = 8, x = 2, L = 1.5 + 0.5', () => {
    const one = (shape: number[], value: number): HostTensor => ({
      shape,
      dtype: 'float32',
      data: Float32Array.of(value),
    })
    const feeds = {
      matrix: { shape: [1, 1, 1, 5], dtype: 'float32' as const, data: Float32Array.of(4, 0, 0, 0, 0) },
      rhs: one([1, 1, 1], 8),
      factor: one([1, 1, 1], 1.5),
      columns: { shape: [1, 1, 1], dtype: 'int32' as const, data: Int32Array.of(0) },
      target: one([1, 1, 1], 2),
    }
    const at = (loss: Loss<Preconditioners>, correction: number) =>
      lossAt(loss, feeds, { correction: one([1, 1, 1], correction) })
    assert.equal(at(lowFrequency, 0.5), 0) // 2 (2 · 2) = 8
    assert.equal(at(lowFrequency, -0.5), 36) // (1 · 1 · 2 − 8)²
    assert.equal(at(highFrequency, 0.5), 0)
    assert.equal(at(highFrequency, -0.5), 576) // (8 − 32)²
    const along = (loss: Loss<Preconditioners>) => lossAt(loss, feeds, { direction: one([1, 1, 1], -0.3) })
    assert.deepEqual(
      [along(lowFrequency), along(highFrequency)].map((value) => value < 1e-10),
      [true, true],
    ) // any q will do
  })

  for (const [name, loss, ofFactor, ofDirection] of losses) {
    it(`${name} is the sum of squares that dense matrices give`, () => {
      const correction = noise('correction', system.feeds.factor.data.length, stored)
      const q = noise('q', system.b.length)
      close(
        lossAt(loss, system.feeds, { correction: like(system.feeds.factor, correction) }),
        ofFactor(sum(correction)),
      )
      close(lossAt(loss, system.feeds, { direction: like(system.feeds.rhs, q) }), ofDirection(q))
      const zero = new Float64Array(correction.length)
      close(lossAt(loss, system.feeds, { correction: like(system.feeds.factor, zero) }), ofFactor(sum(zero)))
    })

    it(`${name} has the gradient that differences in f64 give, in every stored entry`, () => {
      const correction = noise('correction', system.feeds.factor.data.length, stored)
      const found = gradientOf(loss, 'correction', like(system.feeds.factor, correction))
      const right = differences((moved) => ofFactor(sum(moved)), correction)
      alike(found, right)
    })

    it(`${name} of a direction has the gradient that differences in f64 give, which sees no change of scale`, () => {
      const q = noise('q', system.b.length)
      const found = gradientOf(loss, 'direction', like(system.feeds.rhs, q))
      alike(found, differences(ofDirection, q))
      assert.ok(Math.abs(dot(found, q)) <= 1e-4 * Math.sqrt(dot(found, found) * dot(q, q)))
    })
  }

  it('both vanish at the factor of Cholesky and at q = x', () => {
    const whole = systemOf(3, SEED, 9, (L) => {
      for (const [i, row] of exact(systemOf(3, SEED)).entries()) L[i]!.set(row)
    })
    const zero = like(whole.feeds.factor, new Float64Array(whole.feeds.factor.data.length))
    for (const [, loss] of losses) {
      // float32: 1e-7 of terms of the size of ‖A‖ ‖b‖ = 1e3, squared, nine of them
      assert.ok(lossAt(loss, whole.feeds, { correction: zero }) < 1e-6)
      assert.ok(lossAt(loss, whole.feeds, { direction: whole.feeds.target }) < 1e-11)
    }
  })

  it('take the mean over the batch', () => {
    const twice = Object.fromEntries(
      Object.entries(system.feeds).map(([name, host]) => {
        const data =
          host.dtype === 'int32'
            ? Int32Array.from([...host.data, ...host.data])
            : Float32Array.from([...host.data, ...host.data])
        return [name, { ...host, shape: [2, ...host.shape.slice(1)], data }]
      }),
    ) as unknown as System['feeds']
    const correction = noise('correction', system.feeds.factor.data.length, stored)
    const both = {
      shape: twice.factor.shape,
      dtype: 'float32' as const,
      data: new Float32Array(2 * correction.length),
    }
    both.data.set(correction) // the second keeps its factor
    for (const [, loss, ofFactor] of losses)
      close(
        lossAt(loss, twice, { correction: both }),
        (ofFactor(sum(correction)) + ofFactor(sum(new Float64Array(correction.length)))) / 2,
      )
  })
})

function stored(at: number): boolean {
  return system.feeds.factor.data[at] !== 0
}

function noise(name: string, count: number, where: (at: number) => boolean = () => true): Float64Array {
  const { normal } = rng(SEED, name)
  return Float64Array.from({ length: count }, (_, at) => (where(at) ? Math.fround(normal()) : 0 * normal()))
}

function like({ shape }: HostTensor, values: ArrayLike<number>): HostTensor {
  return { shape, dtype: 'float32', data: Float32Array.from(values) }
}

function lossAt(
  loss: Loss<Preconditioners>,
  feeds: System['feeds'],
  output: Record<string, HostTensor>,
): number {
  return tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(output).map(([name, host]) => [name, tensorOf(host)]))
    return loss.value(tensors, batchOf(feeds), {}, noNoise).dataSync()[0]!
  })
}

function gradientOf(loss: Loss<Preconditioners>, name: string, at: HostTensor): Float64Array {
  const gradient = tf.tidy(() => {
    const f = (moved: Tensor) => loss.value({ [name]: moved }, batchOf(system.feeds), {}, noNoise)
    return tf.grad(f)(tensorOf(at))
  })
  const values = Float64Array.from(gradient.dataSync())
  gradient.dispose()
  return values
}

function batchOf({ target, ...input }: System['feeds']) {
  const { matrix, rhs, factor, columns } = input
  return {
    input: {
      matrix: tensorOf(matrix),
      rhs: tensorOf(rhs),
      factor: tensorOf(factor),
      columns: tensorOf(columns),
    },
    target: tensorOf(target),
  }
}

function noNoise(): never {
  throw new Error('these losses draw nothing')
}

/** Central differences in f64, at entries that are stored. */
function differences(f: (moved: Float64Array) => number, at: Float64Array): Float64Array {
  const step = 1e-4
  return at.map((_, i) => {
    if (at.length === system.feeds.factor.data.length && !stored(i)) return Number.NaN
    const moved = (by: number) => f(at.map((value, j) => (j === i ? value + by : value)))
    return (moved(step) - moved(-step)) / (2 * step)
  })
}

/** Relative to the largest: float32 sums of some dozen terms; the differences are good to 1e-8. */
function alike(found: Float64Array, right: Float64Array): void {
  const size = right.reduce(
    (most, value) => (Number.isNaN(value) ? most : Math.max(most, Math.abs(value))),
    0,
  )
  assert.ok(size > 0)
  for (const [at, value] of right.entries())
    assert.ok(
      Number.isNaN(value) || Math.abs(found[at]! - value) <= 2e-5 * size,
      `${at}: ${found[at]}, ${value}`,
    )
}

function close(found: number, right: number): void {
  assert.ok(Math.abs(found - right) <= 1e-5 * Math.abs(right), `${found}, expected ${right}`) // float32 sums
}

/** L + C in the slots of the factor. */
function sum(correction: Float64Array): Float64Array {
  return correction.map((value, at) => system.feeds.factor.data[at]! + value)
}

/** L (Lᵀ y) with L dense. */
function product(factor: Float64Array, y: Float64Array): Float64Array {
  const { n, width, feeds } = system
  const L = Array.from({ length: n * n }, () => new Float64Array(n * n))
  for (const [at, value] of factor.entries())
    if (feeds.factor.data[at] !== 0) L[Math.floor(at / width)]![feeds.columns.data[at]!] = value
  const transposed = y.map((_, j) => y.reduce((total, value, i) => total + L[i]![j]! * value, 0))
  return y.map((_, i) => dot(L[i]!, transposed))
}

/** A y */
function times(y: Float64Array): Float64Array {
  return y.map((_, i) => dot(system.dense[i]!, y))
}

/** The factor of Cholesky: that without fill of a matrix with no zeros to keep, so of A with its zeros made tiny. */
function exact({ dense }: System): Float64Array[] {
  return incompleteCholesky(dense.map((row) => row.map((value) => (value === 0 ? 1e-300 : value))))
}

function less(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!)
}
function scaled(a: Float64Array, by: number): Float64Array {
  return a.map((value) => by * value)
}
function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0)
}
function squares(a: Float64Array): number {
  return dot(a, a)
}
