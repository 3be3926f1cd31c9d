import assert from 'node:assert/strict'
import { precondition, pull, red, schur } from '../../../solvers/multigrid/cycle.ts'
import { LANES, type Precision, probe } from '../../../solvers/multigrid/kernel.ts'
import { hierarchy } from '../../../solvers/multigrid/level.ts'
import { pad, unpad } from '../../../solvers/multigrid/reduced-cg.ts'
import { lognormal, noise } from './systems.ts'

/** How far a cycle in lanes may be from the one that can be read, relative to the largest value. */
const TOLERANCE: Record<Precision, number> = { mixed: 1e-5, double: 1e-12 }

describe('kernels/multigrid', () => {
  for (const [precision, turns] of [
    ['double', 1],
    ['mixed', 1],
    ['double', 2],
    ['mixed', 2],
  ] as const) {
    const name = turns === 1 ? 'V' : 'W'
    it(`does one ${name}-cycle and one operator as its readable form does (${precision})`, () => {
      for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 23, 31, 32, 33, 40]) {
        const batch = LANES[precision]
        const matrix = lognormal({ n, batch, variance: 2 })
        const r = noise(n, batch)
        for (let p = 0; p < r.data.length; p++) {
          const q = p % (n * n)
          if ((Math.floor(q / n) + (q % n)) % 2 !== 0) r.data[p] = 0
        }
        const { z, w } = probe(precision, matrix, r.data, turns)
        for (let b = 0; b < batch; b++) {
          const part = (values: Float64Array) => values.subarray(b * n * n, (b + 1) * n * n)
          const levels = hierarchy(matrix, b)
          const expected = precondition(levels, pad(levels[0]!, part(r.data)), turns)
          const cycle = gap(part(z), unpad(levels[0]!, expected))
          const same = pad(levels[0]!, part(z)) // the operator of the z that the kernel had
          for (const p of red(levels[0]!)) same[p] = pull(levels[0]!, same, p) / levels[0]!.center[p]!
          // relative to the terms that it adds up: their sum may be small
          const terms = same.map((value, p) => value * levels[0]!.center[p]!)
          const operator = gap(part(w), unpad(levels[0]!, schur(levels[0]!, same)), terms)
          assert.ok(cycle < TOLERANCE[precision], `n ${n}, lane ${b}: cycle off by ${cycle}`)
          assert.ok(operator < TOLERANCE[precision], `n ${n}, lane ${b}: operator off by ${operator}`)
        }
      }
    })
  }
})

/** max |a − b| / max |scale|. */
function gap(a: Float64Array, b: Float64Array, scale = b): number {
  const most = (values: Float64Array) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  return most(a.map((value, p) => value - b[p]!)) / most(scale)
}
