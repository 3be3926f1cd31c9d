import assert from 'node:assert/strict'
import type { Field, Stencil } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import cholesky from '../../solvers/cholesky.ts'
import { accepts, apply, assemble, residual, roomFor } from '../../solvers/diffusion/stencil.ts'

const SEED = 31

describe(`solvers/stencil (seed ${SEED})`, () => {
  it('assembles 2 × 2 nodes as on paper', () => {
    // k = 1 2 3    times 9; center of node (0,0): 1+2+4+5 = 12, its east face (2+5)/2, its north face (4+5)/2
    //     4 5 6
    //     7 8 9
    const { center, west, east, south, north } = assemble(field(3, [1, 2, 3, 4, 5, 6, 7, 8, 9]))
    assert.deepEqual(
      [...center],
      [12, 16, 24, 28].map((v) => 9 * v),
    )
    assert.deepEqual(
      [...east],
      [3.5, 0, 6.5, 0].map((v) => (v === 0 ? 0 : -9 * v)),
    )
    assert.deepEqual(
      [...west],
      [0, 3.5, 0, 6.5].map((v) => (v === 0 ? 0 : -9 * v)),
    )
    assert.deepEqual(
      [...north],
      [4.5, 5.5, 0, 0].map((v) => (v === 0 ? 0 : -9 * v)),
    )
    assert.deepEqual(
      [...south],
      [0, 0, 4.5, 5.5].map((v) => (v === 0 ? 0 : -9 * v)),
    )
  })

  it('assembles into a room that held other numbers, and gives no more than was asked', () => {
    const [three, four] = [lognormal(5, 3), lognormal(5, 4)]
    const both = { batch: 2, n: 6, data: Float64Array.of(...three.k.data, ...four.k.data) }
    const room = roomFor(3, 5, (length) => new Float64Array(length).fill(NaN))
    assert.deepEqual(assemble(both, room), assemble(both))
    assert.deepEqual(assemble(four.k, room), four.matrix)
    assert.equal(assemble(four.k, room).center.buffer, room.center.buffer)
  })

  it('has 4 (n+1)² on the diagonal and −(n+1)² beside it for k = 1', () => {
    const matrix = assemble(field(8, new Array(64).fill(1)))
    assert.ok(matrix.center.every((v) => v === 4 * 64))
    for (const part of [matrix.west, matrix.east, matrix.south, matrix.north]) {
      assert.equal(part.filter((v) => v === -64).length, 7 * 6)
      assert.equal(part.filter((v) => v === 0).length, 7) // towards a wall
    }
  })

  it('is symmetric: a face is the same from both sides, and (Ax, y) = (x, Ay)', () => {
    const n = 9
    const { matrix } = lognormal(n, 3)
    const { west, east, south, north } = matrix
    for (let p = 0; p < n * n; p++) {
      if (p % n < n - 1) assert.equal(east[p], west[p + 1])
      if (p < n * (n - 1)) assert.equal(north[p], south[p + n])
    }
    const [x, y] = [noise(n * n, 'x'), noise(n * n, 'y')]
    const [ax, ay] = [product(matrix, x), product(matrix, y)]
    assert.ok(Math.abs(inner(ax, y) - inner(x, ay)) <= 1e-13 * Math.sqrt(inner(ax, ax) * inner(y, y))) // rounding of 81 terms
  })

  for (const [n, expected] of [
    [31, '2.7458e-3'],
    [63, '6.8565e-4'],
    [127, '1.7136e-4'],
  ] as const) {
    it(`reaches the known error ${expected} of order h² on ${n} × ${n}`, async () => {
      // k = 1 + xy at the cell centers, u = sin πx sin 2πy, f = −div(k ∇u) at the nodes
      const h = 1 / (n + 1)
      const k = grid(n + 1, (i, j) => 1 + (i + 0.5) * h * (j + 0.5) * h)
      const u = grid(n, (i, j) => Math.sin(Math.PI * (i + 1) * h) * Math.sin(2 * Math.PI * (j + 1) * h))
      const f = grid(n, (i, j) => source((i + 1) * h, (j + 1) * h))
      const matrix = assemble(k)
      const { x, status } = await cholesky.solve(
        await cholesky.setup(matrix, cholesky.defaults),
        f,
        cholesky.defaults,
      )
      assert.deepEqual(status, ['converged'])
      const error = x.data.map((v, p) => v - u.data[p]!)
      const relative = Math.sqrt(inner(error, error) / inner(u.data, u.data))
      assert.equal(relative.toExponential(4), expected)
    })
  }

  it('agrees with the published matrix on images of equal orientation, not with k transposed', () => {
    const n = 7
    const { k, matrix } = lognormal(n, 5)
    const published = publishedProduct(k.data, n)
    const u = noise(n * n, 'u')
    // the published vector runs down the columns: v[i + n j] = U[i][j]
    const v = transpose(u, n)
    const expected = transpose(published(v), n)
    const scale = Math.sqrt(inner(expected, expected))
    assert.ok(distance(product(matrix, u), expected) < 1e-14 * scale) // the same sums in another order
    // its row-major image instead (what the published baselines look at) needs k transposed
    const turned = assemble(field(n + 1, [...transpose(k.data, n + 1)]))
    assert.ok(distance(product(turned, v), published(v)) < 1e-14 * scale)
    assert.ok(distance(product(matrix, v), published(v)) > 0.01 * scale)
  })

  it('keeps the entries of a batch apart', () => {
    const [one, two] = [lognormal(4, 1), lognormal(4, 2)]
    const both = assemble({ batch: 2, n: 5, data: Float64Array.of(...one.k.data, ...two.k.data) })
    const x = noise(16, 'batch')
    const out = new Float64Array(16)
    apply(both, x, out, 1)
    assert.deepEqual(out, product(two.matrix, x))
  })

  it('measures residual and floor by hand on one node', () => {
    // k = 1 on 2 × 2 cells: A = [16]
    const matrix = assemble(field(2, [1, 1, 1, 1]))
    const [result] = accepts(matrix, field(1, [0.5]), field(1, [10]))
    assert.deepEqual(result, { accepted: false, residual: 0.2, floor: (4 * 2 ** -52 * 8) / 10 })
    assert.deepEqual([...residual(matrix, field(1, [0.5]), field(1, [10]))], [0.2])
    assert.equal(accepts(matrix, field(1, [0.5]), field(1, [10]), 0.2)[0]!.accepted, true)
    assert.equal(accepts(matrix, field(1, [0.5]), field(1, [10]), 0.19)[0]!.accepted, false)
    assert.equal(accepts(matrix, field(1, [0.625]), field(1, [10]), 0)[0]!.accepted, true)
  })

  it('accepts what rounding leaves, and no more', () => {
    const { matrix } = lognormal(12, 4)
    const x = noise(144, 'floor')
    const rhs = { batch: 1, n: 12, data: product(matrix, x) }
    const { floor } = accepts(matrix, { batch: 1, n: 12, data: x }, rhs)[0]!
    const off = (size: number) => {
      const data = rhs.data.slice()
      data[0]! += size * floor * Math.sqrt(inner(data, data))
      return accepts(matrix, { batch: 1, n: 12, data: x }, { ...rhs, data }, 0)[0]!.accepted
    }
    assert.deepEqual([off(0), off(0.9), off(1.2)], [true, true, false])
  })

  it('has an answer for zero and for what is no number', () => {
    const matrix = assemble(field(2, [1, 1, 1, 1]))
    assert.deepEqual([...residual(matrix, field(1, [0]), field(1, [0]))], [0])
    assert.deepEqual([...residual(matrix, field(1, [1]), field(1, [0]))], [Infinity])
    assert.equal(accepts(matrix, field(1, [NaN]), field(1, [1]))[0]!.accepted, false)
    assert.equal(accepts(matrix, field(1, [1]), field(1, [NaN]))[0]!.accepted, false)
    for (const scale of [1e-200, 1e200]) {
      const [f, half] = [field(1, [16 * scale]), field(1, [0.5 * scale])]
      assert.ok(Math.abs(residual(matrix, half, f)[0]! - 0.5) < 1e-15, 'squares out of range')
    }
    assert.throws(() => assemble(field(1, [1])), /assemble: 1 coefficients/)
    assert.throws(() => accepts(matrix, field(2, [1, 1, 1, 1]), field(1, [1])), /accepts: x 4/)
  })
})

/** −div((1 + xy) ∇(sin πx sin 2πy)), differentiated by hand. */
function source(x: number, y: number): number {
  const [sx, cx] = [Math.sin(Math.PI * x), Math.cos(Math.PI * x)]
  const [sy, cy] = [Math.sin(2 * Math.PI * y), Math.cos(2 * Math.PI * y)]
  return (1 + x * y) * 5 * Math.PI ** 2 * sx * sy - y * Math.PI * cx * sy - x * 2 * Math.PI * sx * cy
}

/** A v of the published files: nodes numbered p = i + n j, faces written out from the paper. */
function publishedProduct(k: Float64Array, n: number): (v: Float64Array) => Float64Array {
  const K = (i: number, j: number) => k[i * (n + 1) + j]!
  return (v) => {
    const U = (i: number, j: number) => (i < 0 || j < 0 || i >= n || j >= n ? 0 : v[i + n * j]!)
    const out = new Float64Array(n * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const flux =
          ((K(i + 1, j) + K(i + 1, j + 1)) / 2) * (U(i, j) - U(i + 1, j)) +
          ((K(i, j) + K(i, j + 1)) / 2) * (U(i, j) - U(i - 1, j)) +
          ((K(i, j + 1) + K(i + 1, j + 1)) / 2) * (U(i, j) - U(i, j + 1)) +
          ((K(i, j) + K(i + 1, j)) / 2) * (U(i, j) - U(i, j - 1))
        out[i + n * j] = (n + 1) ** 2 * flux
      }
    }
    return out
  }
}

function lognormal(n: number, tag: number): { k: Field; matrix: Stencil } {
  const k = field(n + 1, [...noise((n + 1) ** 2, 'k', tag).map(Math.exp)])
  return { k, matrix: assemble(k) }
}

function noise(count: number, ...name: (string | number)[]): Float64Array {
  return Float64Array.from({ length: count }, rng(SEED, ...name).normal)
}

function field(n: number, values: readonly number[]): Field {
  return { batch: 1, n, data: Float64Array.from(values) }
}

function grid(n: number, value: (i: number, j: number) => number): Field {
  return {
    batch: 1,
    n,
    data: Float64Array.from({ length: n * n }, (_, p) => value(Math.floor(p / n), p % n)),
  }
}

function product(matrix: Stencil, x: Float64Array): Float64Array {
  const out = new Float64Array(x.length)
  apply(matrix, x, out)
  return out
}

function transpose(values: Float64Array, n: number): Float64Array {
  return values.map((_, p) => values[(p % n) * n + Math.floor(p / n)]!)
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, p) => sum + v * b[p]!, 0)
}

function distance(a: Float64Array, b: Float64Array): number {
  const gap = a.map((v, p) => v - b[p]!)
  return Math.sqrt(inner(gap, gap))
}
