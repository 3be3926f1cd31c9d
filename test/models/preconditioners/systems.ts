/** One system on a small grid as networks of the track see it, dense beside it, and networks worked out number by number in f64. */
import type { Init, Model, Params, Preconditioners } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { type HostTensor, tf, type Weights } from '../../../tensor/index.ts'
import { collectWeights, initFrom } from '../../../tensor/init.ts'
import { eliminate, fivePoint, incompleteCholesky, inRows } from '../../contracts/dense.ts'
import { tensorOf } from '../../contracts/toys.ts'

export type Dense = Float64Array[]

export interface System {
  n: number
  width: number
  dense: Dense // A
  L: Dense
  b: Float64Array
  x: Float64Array
  feeds: Record<keyof Preconditioners['input'] | 'target', HostTensor>
}

/** `widen` adds entries to the pattern of L, as a factor with fill has them. */
export function systemOf(n: number, seed: number, width = 3, widen: (L: Dense) => void = () => {}): System {
  const stream = rng(seed, 'system', n)
  const k = Float64Array.from({ length: (n + 1) ** 2 }, () => Math.exp(0.5 * stream.normal()))
  const dense = fivePoint(k, n)
  const L = incompleteCholesky(dense)
  widen(L)
  const b = Float64Array.from({ length: n * n }, stream.normal)
  const x = eliminate(
    dense.map((row) => row.slice()),
    b.slice(),
  )
  const { factor, columns } = inRows(L, width)
  const stencil = dense.flatMap((row, p) => {
    const [i, j] = [Math.floor(p / n), p % n]
    const at = (di: number, dj: number) =>
      i + di < 0 || i + di >= n || j + dj < 0 || j + dj >= n ? 0 : row[p + di * n + dj]!
    return [at(0, 0), at(0, -1), at(0, 1), at(-1, 0), at(1, 0)]
  })
  const float = (shape: number[], data: ArrayLike<number>): HostTensor => {
    return { shape: [1, ...shape], dtype: 'float32', data: Float32Array.from(data) }
  }
  const feeds = {
    matrix: float([n, n, 5], stencil),
    rhs: float([n, n], b),
    factor: float([n * n, width], factor),
    columns: { shape: [1, n * n, width], dtype: 'int32' as const, data: columns },
    target: float([n, n], x),
  }
  return { n, width, dense, L, b, x, feeds }
}

/** Every weight a normal number, so that no part hides behind a 0. */
export function shakenWeights<P extends Params>(
  model: Model<Preconditioners, P>,
  params: P,
  { n, width }: System,
  seed: number,
): Weights {
  const weights = collectWeights(
    (init) => model.build(params, { grid: n, width }, init),
    (name) => rng(seed, name),
  )
  for (const [name, { data, shape }] of weights) {
    const stream = rng(seed, 'shaken', name)
    const size = shape.length < 2 ? 0.5 : 1 / Math.sqrt(shape[0]!)
    for (let i = 0; i < data.length; i++) data[i] = size * stream.normal()
  }
  return weights
}

export function predict<P extends Params>(
  model: Model<Preconditioners, P>,
  params: P,
  { n, width, feeds }: System,
  weights: Weights,
): Record<string, number[]> {
  return tf.tidy(() => {
    const init: Init = initFrom(new Map([...weights].map(([name, host]) => [name, tensorOf(host)])))
    const { matrix, rhs, factor, columns } = feeds
    const forward = model.build(params, { grid: n, width }, init)
    const output = forward(
      { matrix: tensorOf(matrix), rhs: tensorOf(rhs), factor: tensorOf(factor), columns: tensorOf(columns) },
      null,
    )
    return Object.fromEntries(Object.entries(output).map(([name, tensor]) => [name, [...tensor!.dataSync()]]))
  })
}

/** Two linear layers with ReLU between, by name. */
export function plainPerceptron(weights: Weights, name: string): (x: readonly number[]) => number[] {
  const layer = (i: number) => (x: readonly number[]) => {
    const [weight, bias] = [weights.get(`${name}/${i}/weight`)!, weights.get(`${name}/${i}/bias`)!]
    const outputs = bias.data.length
    return Array.from(bias.data, (offset, to) =>
      x.reduce((sum, value, from) => sum + value * weight.data[from * outputs + to]!, offset),
    )
  }
  return (x) => layer(1)(layer(0)(x).map((value) => Math.max(0, value)))
}

/** Where a dense matrix has entries, row by row. */
export function entriesOf(matrix: Dense): [number, number][] {
  return matrix.flatMap((row, i) =>
    [...row.keys()].filter((j) => row[j] !== 0).map((j): [number, number] => [i, j]),
  )
}
