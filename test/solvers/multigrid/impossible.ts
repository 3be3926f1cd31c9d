/** Samples that no solver can solve, and what is said of each. */
import type { Field, Stencil } from '../../../contracts.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'

/** Harm done to entry 1 of four, and what may be said of it. */
export function impossible(n: number): [harm: (matrix: Stencil, f: Field) => void, status: string[]][] {
  const at = n * n + Math.floor((n * n) / 2)
  return [
    [
      function notANumber({ center }) {
        center[at] = NaN
      },
      ['non-finite'],
    ],
    [
      function notANumberInWest({ west }) {
        west[at + 1] = NaN
      },
      ['non-finite'],
    ],
    [
      function infiniteRhs(_, { data }) {
        data[at] = Infinity
      },
      ['non-finite'],
    ],
    [
      function zeroMatrix({ center, west, east, south, north }) {
        for (const part of [center, west, east, south, north]) part.fill(0, n * n, 2 * n * n)
      },
      ['breakdown'],
    ],
    [
      function indefinite({ center }) {
        for (let p = n * n; p < 2 * n * n; p++) center[p]! *= 0.5
      },
      ['breakdown'],
    ],
    [
      function checkers(matrix) {
        const k = { batch: 1, n: n + 1, data: new Float64Array((n + 1) * (n + 1)) }
        for (let p = 0; p < k.data.length; p++) k.data[p] = (Math.floor(p / (n + 1)) + p) % 3 === 0 ? 1e16 : 1
        const hard = assemble(k)
        for (const part of ['center', 'west', 'east', 'south', 'north'] as const)
          matrix[part].set(hard[part], n * n)
      },
      ['converged', 'max-iterations', 'breakdown'],
    ],
  ]
}

export function join(a: Stencil, b: Stencil): Stencil {
  const both = (one: Float64Array, two: Float64Array) => Float64Array.of(...one, ...two)
  return {
    batch: a.batch + b.batch,
    n: a.n,
    center: both(a.center, b.center),
    west: both(a.west, b.west),
    east: both(a.east, b.east),
    south: both(a.south, b.south),
    north: both(a.north, b.north),
  }
}

/** ‖u_h − u‖ / ‖u‖ at the nodes, for k = 1 + variable · xy. */
