/** Order of accuracy of the scheme on problems whose solutions were chosen first. */

import { assemble } from '../../solvers/diffusion/stencil.ts'
import ic0 from '../../solvers/ic0.ts'

type Plane = (x: number, y: number) => number
interface Manufactured {
  name: string
  k: Plane
  u: Plane
  f: Plane // −div(k ∇u) by hand
}

const { PI, sin, cos, exp } = Math
export const MANUFACTURED: readonly Manufactured[] = [
  {
    name: 'k = 1, u = sin πx sin πy',
    k: () => 1,
    u: (x, y) => sin(PI * x) * sin(PI * y),
    f: (x, y) => 2 * PI * PI * sin(PI * x) * sin(PI * y),
  },
  {
    // ∇k = k (3, −2): f = −k (Δu + 3 u_x − 2 u_y)
    name: 'k = exp(3x − 2y), u = sin πx sin 2πy',
    k: (x, y) => exp(3 * x - 2 * y),
    u: (x, y) => sin(PI * x) * sin(2 * PI * y),
    f(x, y) {
      const laplacian = -5 * PI * PI * sin(PI * x) * sin(2 * PI * y)
      const slopes = 3 * PI * cos(PI * x) * sin(2 * PI * y) - 4 * PI * sin(PI * x) * cos(2 * PI * y)
      return -exp(3 * x - 2 * y) * (laplacian + slopes)
    },
  },
  {
    name: 'k = 2 + sin 5x cos 3y, u = sin πx sin πy',
    k: (x, y) => 2 + sin(5 * x) * cos(3 * y),
    u: (x, y) => sin(PI * x) * sin(PI * y),
    f: (x, y) =>
      2 * PI * PI * (2 + sin(5 * x) * cos(3 * y)) * sin(PI * x) * sin(PI * y) -
      5 * cos(5 * x) * cos(3 * y) * PI * cos(PI * x) * sin(PI * y) +
      3 * sin(5 * x) * sin(3 * y) * PI * sin(PI * x) * cos(PI * y),
  },
]

/** log₂ of the ratios of the relative l2 errors on grids that double: n, 2n + 1, …, `grids` of them. */
export async function orders(problem: Manufactured, n: number, grids: number): Promise<number[]> {
  const errors: number[] = []
  for (let g = 0; g < grids; g++) errors.push(await errorOn(problem, (n + 1) * 2 ** g - 1))
  return errors.slice(1).map((error, g) => Math.log2(errors[g]! / error))
}

async function errorOn({ k, u, f }: Manufactured, n: number): Promise<number> {
  const h = 1 / (n + 1)
  const sample = (side: number, from: number, value: Plane) =>
    Float64Array.from({ length: side * side }, (_, p) => {
      return value((Math.floor(p / side) + from) * h, ((p % side) + from) * h)
    })
  const matrix = assemble({ batch: 1, n: n + 1, data: sample(n + 1, 0.5, k) })
  const params = { ...ic0.defaults, tolerance: 1e-11 } // far below h² on every grid used
  const { x, status } = await ic0.solve(
    await ic0.setup(matrix, params),
    { batch: 1, n, data: sample(n, 1, f) },
    params,
  )
  if (status[0] !== 'converged') throw new Error(`${n}: ${status[0]}`)
  const truth = sample(n, 1, u)
  const size = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return size(x.data.map((value, p) => value - truth[p]!)) / size(truth)
}
