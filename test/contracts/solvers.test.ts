/** Every solver × every property, on a table of problems whose solutions are chosen first. A new solver is no new line here. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import type { Field, Params, Solution, Solver, Stencil } from '../../contracts.ts'
import { fileOf, namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'

const SEED = 23

/** name, n, and k of a cell */
const PROBLEMS: readonly [string, number, Cell][] = [
  ['a single node', 1, (i, j) => 1 + i + 2 * j],
  ['two by two', 2, (i, j) => 1 + i * j],
  ['Poisson, odd', 5, () => 1],
  ['Poisson, even', 16, () => 1],
  ['lognormal', 11, (_i, _j, normal) => Math.exp(normal())],
  ['layers of contrast 1e4', 12, (i) => (i % 2 === 0 ? 1 : 1e4)],
  ['checkers of contrast 1e6', 8, (i, j) => ((i + j) % 2 === 0 ? 1 : 1e6)],
  ['tiny coefficients', 6, () => 1e-30],
]

for (const name of namesIn('solvers')) {
  const module = await import(pathToFileURL(fileOf('solver', 'solvers', name)).href)
  if (!('default' in module)) continue // a part that solvers share
  const solver: Solver = module.default

  describe(`solver ${name} (seed ${SEED})`, () => {
    it('says what it is', () => {
      assert.ok(solver.about.length > 10)
      assert.equal(typeof solver.defaults.tolerance, 'number')
    })

    for (const [problem, n, k] of PROBLEMS) {
      it(`solves ${problem} (n = ${n})`, async () => {
        const coefficient = fieldOf(n, 2, k)
        const matrix = assemble(coefficient)
        const least = Math.min(...coefficient.data)
        const truth = noise(2, n, problem)
        const rhs = times(matrix, truth)
        const solution = await solve(solver, matrix, rhs)
        assert.deepEqual(solution.status, ['converged', 'converged'])
        for (const b of [0, 1]) {
          const { residual, floor } = honest(matrix, solution.x, rhs, b)
          // what is reported is what is there, up to the rounding of the sum itself
          assert.ok(Math.abs(solution.residual[b]! - residual) <= floor, `reported ${solution.residual[b]}`)
          assert.ok(residual <= Math.max(1e-10, 4 * floor))
          // ‖x − truth‖ / ‖truth‖ ≤ κ ‖r‖ / ‖rhs‖
          const error = relativeError(solution.x, truth, b)
          const bound = condition(matrix, least) * (residual + 4 * floor)
          assert.ok(error <= bound, `error ${error}, bound ${bound}`)
        }
      })
    }

    it('gives 0 for a right-hand side of 0', async () => {
      const matrix = matrixOf(4, 1, () => 2)
      const { x, status, residual } = await solve(solver, matrix, zeros(1, 4))
      assert.deepEqual([x.data.every((v) => v === 0), status, [...residual]], [true, ['converged'], [0]])
    })

    it('gives an entry the same bytes alone, in a batch and again', async () => {
      const matrix = matrixOf(7, 3, (_i, _j, normal) => Math.exp(normal()))
      const rhs = noise(3, 7, 'batch')
      const together = await solve(solver, matrix, rhs)
      assert.deepEqual(await solve(solver, matrix, rhs), together)
      const alone = await solve(solver, entry(matrix, 1), { batch: 1, n: 7, data: part(rhs.data, 1, 49) })
      assert.deepEqual(alone.x.data, part(together.x.data, 1, 49))
      assert.deepEqual(
        [alone.iterations[0], alone.residual[0]],
        [together.iterations[1], together.residual[1]],
      )
    })

    it('doubles x when rhs doubles, to the bit: a power of two rounds nothing', async () => {
      const matrix = matrixOf(6, 1, (_i, _j, normal) => Math.exp(normal()))
      const rhs = noise(1, 6, 'double')
      const once = await solve(solver, matrix, rhs)
      const twice = await solve(solver, matrix, { ...rhs, data: rhs.data.map((v) => 2 * v) })
      assert.deepEqual(
        twice.x.data,
        once.x.data.map((v) => 2 * v),
      )
    })

    it('solves again with one setup', async () => {
      const matrix = matrixOf(6, 1, (i) => 1 + i)
      const state = await solver.setup(matrix, solver.defaults)
      const [first, second] = [noise(1, 6, 'first'), noise(1, 6, 'second')]
      const once = await solver.solve(state, first, solver.defaults)
      await solver.solve(state, second, solver.defaults)
      assert.deepEqual(await solver.solve(state, first, solver.defaults), once)
    })

    it('says non-finite of the entry that is, and solves its neighbors', async () => {
      for (const value of [NaN, Infinity, -Infinity]) {
        const matrix = matrixOf(5, 3, () => 1)
        const rhs = noise(3, 5, 'finite')
        const clean = await solve(solver, matrix, rhs)
        rhs.data[30] = value
        matrix.east[2 * 25 + 3] = value
        const { x, status } = await solve(solver, matrix, rhs)
        assert.deepEqual(status, ['converged', 'non-finite', 'non-finite'])
        assert.deepEqual(part(x.data, 0, 25), part(clean.x.data, 0, 25))
      }
    })

    it('says breakdown of a matrix that is not positive definite', async () => {
      const negative = matrixOf(5, 1, () => -1)
      const indefinite = matrixOf(5, 1, () => 1)
      indefinite.center.fill(2 * 36) // eigenvalues 36 (2 − 2 cos iπ/6 − 2 cos jπ/6): from −53 to 197, diagonal positive
      const zero = matrixOf(5, 1, () => 0)
      for (const matrix of [negative, indefinite, zero]) {
        const { status, residual } = await solve(solver, matrix, noise(1, 5, 'indefinite'))
        assert.deepEqual(status, ['breakdown'])
        assert.ok(!(residual[0]! <= 1e-10))
      }
    })

    it('is not taken in by a right-hand side whose squares underflow', async () => {
      const rhs = { batch: 1, n: 5, data: noise(1, 5, 'tiny').data.map((v) => 1e-200 * v) }
      const matrix = matrixOf(5, 1, () => 1)
      const { x, status } = await solve(solver, matrix, rhs)
      if (status[0] !== 'converged') return // it may give up, not pretend
      const scaled = { ...x, data: x.data.map((v) => 1e200 * v) }
      assert.ok(honest(matrix, scaled, noise(1, 5, 'tiny'), 0).residual <= 1e-10)
    })

    it('never says converged of a residual above its tolerance and the floor', async () => {
      const matrix = matrixOf(9, 1, (_i, _j, normal) => Math.exp(4 * normal()))
      const rhs = noise(1, 9, 'tolerance')
      for (const tolerance of [1e-2, 1e-6, 1e-13, 0]) {
        const { x, status, residual } = await solve(solver, matrix, rhs, { tolerance })
        const { floor } = honest(matrix, x, rhs, 0)
        if (status[0] === 'converged') assert.ok(residual[0]! <= Math.max(tolerance, 4 * floor * 1.01))
        else assert.equal(status[0], 'max-iterations')
      }
    })

    if ('iterations' in solver.defaults) {
      it('says max-iterations when it has too few', async () => {
        const matrix = matrixOf(16, 1, () => 1)
        const { status, iterations, residual } = await solve(solver, matrix, noise(1, 16, 'few'), {
          iterations: 3,
        })
        assert.deepEqual([status, iterations[0]], [['max-iterations'], 3])
        assert.ok(residual[0]! > 1e-10)
      })
    }
  })
}

async function solve(solver: Solver, matrix: Stencil, rhs: Field, params: Params = {}): Promise<Solution> {
  const all = { ...solver.defaults, ...params }
  return solver.solve(await solver.setup(matrix, all), rhs, all)
}

type Cell = (i: number, j: number, normal: () => number) => number

function matrixOf(n: number, batch: number, k: Cell): Stencil {
  return assemble(fieldOf(n, batch, k))
}

function fieldOf(n: number, batch: number, k: Cell): Field {
  const { normal } = rng(SEED, 'k', n)
  const side = n + 1
  const data = Float64Array.from({ length: batch * side * side }, (_, at) => {
    const p = at % (side * side)
    return k(Math.floor(p / side), p % side, normal)
  })
  return { batch, n: side, data }
}

function noise(batch: number, n: number, name: string): Field {
  return { batch, n, data: Float64Array.from({ length: batch * n * n }, rng(SEED, name).normal) }
}

function zeros(batch: number, n: number): Field {
  return { batch, n, data: new Float64Array(batch * n * n) }
}

/** Row p of entry b as pairs (coefficient, node), written apart from the code under test. */
function rowOf({ n, center, west, east, south, north }: Stencil, b: number, p: number): [number, number][] {
  const at = b * n * n + p
  const row: [number, number][] = [[center[at]!, p]]
  if (p % n !== 0) row.push([west[at]!, p - 1])
  if (p % n !== n - 1) row.push([east[at]!, p + 1])
  if (p >= n) row.push([south[at]!, p - n])
  if (p < n * n - n) row.push([north[at]!, p + n])
  return row
}

function times(matrix: Stencil, x: Field): Field {
  const size = matrix.n * matrix.n
  const data = x.data.map((_, at) => {
    const b = Math.floor(at / size)
    return rowOf(matrix, b, at % size).reduce((sum, [a, q]) => sum + a * x.data[b * size + q]!, 0)
  })
  return { ...x, data }
}

/** ‖rhs − A x‖ and ε ‖ |A| |x| ‖, both over ‖rhs‖, of entry b. */
function honest(matrix: Stencil, x: Field, rhs: Field, b: number): { residual: number; floor: number } {
  const size = matrix.n * matrix.n
  let [error, magnitude, scale] = [0, 0, 0]
  for (let p = 0; p < size; p++) {
    const row = rowOf(matrix, b, p)
    const f = rhs.data[b * size + p]!
    error += (f - row.reduce((sum, [a, q]) => sum + a * x.data[b * size + q]!, 0)) ** 2
    magnitude += row.reduce((sum, [a, q]) => sum + Math.abs(a * x.data[b * size + q]!), 0) ** 2
    scale += f * f
  }
  return { residual: Math.sqrt(error / scale), floor: Number.EPSILON * Math.sqrt(magnitude / scale) }
}

function relativeError(x: Field, truth: Field, b: number): number {
  const size = x.n * x.n
  let [error, scale] = [0, 0]
  for (let at = b * size; at < (b + 1) * size; at++) {
    error += (x.data[at]! - truth.data[at]!) ** 2
    scale += truth.data[at]! ** 2
  }
  return Math.sqrt(error / scale)
}

/** ‖A‖ ‖A⁻¹‖ at most: Gershgorin above; below, A is at least min k times the matrix of k = 1, whose least eigenvalue is known. */
function condition(matrix: Stencil, least: number): number {
  const h = 1 / (matrix.n + 1)
  return (2 * Math.max(...matrix.center)) / (least * 8 * (Math.sin((Math.PI * h) / 2) / h) ** 2)
}

function entry(matrix: Stencil, b: number): Stencil {
  const size = matrix.n * matrix.n
  const of = (values: Float64Array) => part(values, b, size)
  return {
    batch: 1,
    n: matrix.n,
    center: of(matrix.center),
    west: of(matrix.west),
    east: of(matrix.east),
    south: of(matrix.south),
    north: of(matrix.north),
  }
}

function part(values: Float64Array, b: number, size: number): Float64Array {
  return values.slice(b * size, (b + 1) * size)
}
