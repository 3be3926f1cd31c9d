/** Muon and SOAP against their papers, worked out step by step in f64 with loops; and every optimizer on a bowl. */
import assert from 'node:assert/strict'
import type { Params } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { compileStep } from '../../../tensor/engine.ts'
import { matrixOf } from '../../../tensor/optimizers/matrices.ts'
import { optimizers } from '../../../tensor/optimizers.ts'
import type { HostTensor, Weights } from '../../../tensor/types.ts'

type Matrix = number[][]
const W: Matrix = [
  [0.5, -1],
  [2, 0.25],
  [-0.75, 1.5],
]
const G: Matrix[] = [
  [
    [1, -0.5],
    [0.75, 2],
    [-1, 0.75],
  ],
  [
    [0.5, 1],
    [-1, 0.5],
    [0.25, -0.25],
  ],
  [
    [-1, 0.25],
    [0.5, 0.5],
    [1.5, -1],
  ],
]

/** Steps with given gradients: the loss Σ g w. */
async function steps(name: string, params: Params, device: 'cpu' | 'eager', gradients: Matrix[]) {
  const shape = [3, 2]
  const weights: Weights = new Map([['w', { shape, dtype: 'float32', data: Float32Array.from(W.flat()) }]])
  const step = await compileStep(
    {
      weights,
      feeds: { g: { shape, dtype: 'float32' } },
      loss: (init, { g }) => init.weight('w', shape).mul(g!).sum().asScalar(),
      optimizer: { name, params },
    },
    { device, threads: 1 },
  )
  for (const g of gradients)
    await step.run({ g: { shape, dtype: 'float32', data: Float32Array.from(g.flat()) } }, {}, 0.1)
  const result = [...(await step.weights()).get('w')!.data]
  await step.dispose()
  return result
}

const map = (a: Matrix, f: (x: number, i: number, j: number) => number) =>
  a.map((row, i) => row.map((x, j) => f(x, i, j)))
const sum = (a: Matrix, b: Matrix, s = 1, t = 1) => map(a, (x, i, j) => s * x + t * b[i]![j]!)
const flip = (a: Matrix) => a[0]!.map((_, j) => a.map((row) => row[j]!))
const product = (a: Matrix, b: Matrix) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((total, x, k) => total + x * b[k]![j]!, 0)))

/** Muon as in the papers, on 3 × 2: the Gram matrix is that of the columns. */
function muon(gradients: Matrix[], decay: number): Matrix {
  let [w, v] = [W, map(W, () => 0)]
  for (const g of gradients) {
    v = sum(v, g, 0.95)
    const direction = sum(g, v, 1, 0.95)
    const size = Math.sqrt(direction.flat().reduce((total, x) => total + x * x, 0))
    let x = map(direction, (entry) => entry / size)
    for (let i = 0; i < 5; i++) {
      const gram = product(flip(x), x)
      x = sum(x, product(x, sum(gram, product(gram, gram), -4.775, 2.0315)), 3.4445)
    }
    w = map(w, (entry, i, j) => entry * (1 - 0.1 * decay) - 0.1 * 0.2 * Math.sqrt(3) * x[i]![j]!)
  }
  return w
}

/** Eigenvectors of a symmetric 2 × 2 matrix in closed form, larger first; signs do not matter to SOAP. */
function basis2(m: Matrix): Matrix {
  const [a, b, d] = [m[0]![0]!, m[0]![1]!, m[1]![1]!]
  const angle = Math.atan2(2 * b, a - d) / 2
  return [
    [Math.cos(angle), -Math.sin(angle)],
    [Math.sin(angle), Math.cos(angle)],
  ]
}

/** The orthonormal factor of m q on 2 × 2, its triangular factor with a positive diagonal: Gram–Schmidt on the columns. */
function renewed(m: Matrix, q: Matrix): Matrix {
  const [first, second] = flip(product(m, q)) as [number[], number[]]
  const unit = ([x, y]: number[]) => [x! / Math.hypot(x!, y!), y! / Math.hypot(x!, y!)]
  const [a, b] = unit(first) as [number, number]
  const along = a * second[0]! + b * second[1]!
  return flip([[a, b], unit([second[0]! - along * a, second[1]! - along * b])])
}

/** SOAP on 2 × 2, algorithm 3, with the bias corrections of Adam; the first step only sets up. */
function soap(gradients: Matrix[], start: Matrix, every: number): Matrix {
  const [beta, first] = [0.95, gradients[0]!]
  let [L, R] = [product(first, flip(first)), product(flip(first), first)].map((P) => map(P, (x) => 0.05 * x))
  let [left, right] = [basis2(L!), basis2(R!)]
  let [w, m, v] = [start, map(start, () => 0), map(start, () => 0)]
  for (const [t, g] of gradients.slice(1).entries()) {
    const into = (x: Matrix) => product(product(flip(left), x), right)
    m = sum(m, g, beta, 1 - beta)
    v = sum(
      v,
      map(into(g), (x) => x * x),
      beta,
      1 - beta,
    )
    const correction = 1 - beta ** (t + 1)
    const ratio = map(into(m), (x, i, j) => x / correction / (Math.sqrt(v[i]![j]! / correction) + 1e-8))
    const move = product(product(left, ratio), flip(right))
    w = map(w, (x, i, j) => x * (1 - 0.1 * 0.01) - 0.1 * move[i]![j]!)
    L = sum(L!, product(g, flip(g)), beta, 1 - beta)
    R = sum(R!, product(flip(g), g), beta, 1 - beta)
    if ((t + 1) % every === 0) [left, right] = [renewed(L, left), renewed(R, right)]
  }
  return w
}

/** float32 against f64 over five products of numbers of order one. */
function near(got: readonly number[], wanted: readonly number[], tolerance = 1e-5) {
  for (const [i, x] of wanted.entries())
    assert.ok(Math.abs(got[i]! - x) < tolerance, `${got} is not ${wanted}`)
}

for (const device of ['cpu', 'eager'] as const)
  describe(`tensor/optimizers for matrices on ${device}: steps worked out in f64, rate 0.1`, () => {
    it('muon, tall', async () =>
      near(await steps('muon', {}, device, G.slice(0, 2)), muon(G.slice(0, 2), 0.1).flat()))
    it('muon leaves a matrix that is too long to adamw', async () => {
      const settings = { beta1: 0.9, beta2: 0.95, decay: 0.1 }
      const [mine, its] = [
        await steps('muon', { longest: 2 }, device, G),
        await steps('adamw', settings, device, G),
      ]
      assert.deepEqual(mine, its)
    })
    it('soap moves nothing at the first step', async () =>
      near(await steps('soap', {}, device, G.slice(0, 1)), W.flat(), 1e-12))
  })

describe('tensor/optimizers for matrices', () => {
  for (const every of [10, 1])
    it(`soap, steps after the first on 2 × 2 matrices, bases renewed every ${every}`, async () => {
      const shape = [2, 2]
      const start = W.slice(0, 2)
      const gradients = [...G, ...G].map((g) => g.slice(0, 2))
      const weights: Weights = new Map([
        ['w', { shape, dtype: 'float32', data: Float32Array.from(start.flat()) }],
      ])
      const step = await compileStep(
        {
          weights,
          feeds: { g: { shape, dtype: 'float32' } },
          loss: (init, { g }) => init.weight('w', shape).mul(g!).sum().asScalar(),
          optimizer: { name: 'soap', params: { every } },
        },
        { device: 'cpu', threads: 1 },
      )
      for (const g of gradients)
        await step.run({ g: { shape, dtype: 'float32', data: Float32Array.from(g.flat()) } }, {}, 0.1)
      near([...(await step.weights()).get('w')!.data], soap(gradients, start, every).flat())
      await step.dispose()
    })

  it('knows a matrix when it sees one', () => {
    assert.deepEqual(matrixOf([64, 32], 512), [1, 64, 32])
    assert.deepEqual(matrixOf([3, 3, 16, 32], 512), [1, 144, 32])
    assert.deepEqual(matrixOf([276, 64, 32], 512), [276, 64, 32])
    for (const shape of [[64], [64, 1], [10000, 64], []]) assert.equal(matrixOf(shape, 512), null, `${shape}`)
  })

  /** ½ ‖A w − b‖² with condition number 100: the matrix part and a vector part must both come down. */
  for (const [name, rate] of Object.entries({
    adam: 0.05,
    adamw: 0.05,
    lion: 0.02,
    muon: 0.05,
    sgd: 0.5,
    soap: 0.05,
  }))
    it(`${name} comes down a bowl`, async () => {
      const draw = rng(5, 'bowl')
      const numbers = (count: number) => Float32Array.from({ length: count }, () => draw.normal())
      const weights: Weights = new Map<string, HostTensor>([
        ['matrix', { shape: [4, 3], dtype: 'float32', data: numbers(12) }],
        ['vector', { shape: [3], dtype: 'float32', data: numbers(3) }],
      ])
      const scales = { shape: [4, 3], dtype: 'float32' as const }
      const step = await compileStep(
        {
          weights,
          feeds: { scales },
          loss: (init, { scales: s }) => {
            const matrix = init.weight('matrix', [4, 3]).mul(s!).square().sum()
            return matrix
              .add(init.weight('vector', [3]).square().sum())
              .mul(0.5)
              .asScalar()
          },
          optimizer: { name },
        },
        { device: 'cpu', threads: 1 },
      )
      const fed = {
        scales: { ...scales, data: Float32Array.from({ length: 12 }, (_, i) => 0.1 ** (i / 11)) },
      }
      const losses: number[] = []
      const total = 300
      for (let i = 0; i < total; i++) losses.push(await step.run(fed, {}, rate * (1 - i / total)))
      await step.dispose()
      // The slowest direction of sgd comes down by e^(−0.01 · 0.5 · 150) alone; a rate that goes to zero leaves no swing.
      assert.ok(losses.at(-1)! < 1e-2 * losses[0]!, `${losses[0]} → ${losses.at(-1)}`)
    })

  it('has an optimizer for each name on the bowl', () =>
    assert.deepEqual(Object.keys(optimizers), ['adam', 'adamw', 'lion', 'muon', 'sgd', 'soap']))
})
