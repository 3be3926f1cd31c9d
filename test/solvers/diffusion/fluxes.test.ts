import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { fillFluxes, fluxesOn, mismatch } from '../../../solvers/diffusion/fluxes.ts'
import { apply, assemble } from '../../../solvers/diffusion/stencil.ts'
import { energy, nodal, onCells, onNodes, type Row } from './references.ts'

const SEED = 51

describe(`solvers/diffusion/fluxes (seed ${SEED})`, () => {
  it('one node, k = 1, x = 1: energy 4, mismatch 2, as on paper', () => {
    // Four cells. In the two that the diagonal cuts through the node: 8/48 a component; in the two others 16/48 a component.
    const [k, x] = [Float64Array.of(1, 1, 1, 1), Float64Array.of(1)]
    const fluxes = fluxesOn(1)
    assert.equal(fillFluxes(fluxes, k, x), 4)
    assert.equal(mismatch(fluxes, k), 2)
  })

  it('has the divergence −A x on every dual cell', () => {
    const row = random(6, 2)
    const { n } = row
    const { east, north } = filled(row)
    const product = new Float64Array(n * n)
    apply(assemble({ batch: 1, n: n + 1, data: row.k }), row.x, product)
    const scale = Math.max(...product.map(Math.abs))
    for (let i = 1; i <= n; i++) {
      for (let j = 1; j <= n; j++) {
        const p = i * (n + 2) + j
        const divergence = (n + 1) ** 2 * (east[p]! - east[p - 1]! + north[p]! - north[p - n - 2]!)
        // the same sum in another order
        assert.ok(Math.abs(divergence + product[(i - 1) * n + j - 1]!) < 1e-14 * scale)
      }
    }
  })

  for (const [name, n, spread] of [
    ['k = 1', 5, 0],
    ['lognormal k', 8, 1],
    ['contrast 1e6 and more', 7, 4],
    ['three nodes a side', 3, 2],
  ] as const) {
    it(`integrates as quadrature on points does: ${name}`, () => {
      const row = random(n, spread)
      const fluxes = fluxesOn(n)
      const square = fillFluxes(fluxes, row.k, row.x)
      const [exact, sum] = [mismatch(fluxes, row.k), quadrature(row)]
      // both exact for integrands of degree 2; 1e-13 for the rounding of some thousand terms ≥ 0
      assert.ok(Math.abs(exact - sum) < 1e-13 * sum, `${exact}, quadrature ${sum}`)
      assert.ok(Math.abs(square - energy(row.k, n, row.x)) < 1e-13 * square)
    })
  }

  it('is 0 where k ∇v is the flux: away from the walls of a linear x, k = 1', () => {
    // v = s on the nodes; the four walls, where u = 0, make all of the mismatch. Twice as many nodes: the walls' cells alone differ.
    const n = 9
    const row: Row = { ...random(n, 0), x: onNodes(n, (i) => i) }
    const before = quadrature(row, 2)
    assert.ok(before < 1e-25, `inside ${before}`)
    assert.ok(mismatch(filled(row), row.k) > 1)
  })

  it('leaves nothing of one row in the next', () => {
    const [one, two] = [random(5, 1), random(5, 3)]
    const fluxes = fluxesOn(5)
    fillFluxes(fluxes, two.k, two.x)
    fillFluxes(fluxes, one.k, one.x)
    assert.deepEqual(fluxes, filled(one))
  })
})

function random(n: number, spread: number): Row {
  const { normal } = rng(SEED, n, spread)
  const k = onCells(n, () => Math.exp(spread * normal()))
  return { n, k, rhs: onNodes(n, normal), x: onNodes(n, normal) }
}

function filled({ n, k, x }: Row) {
  const fluxes = fluxesOn(n)
  fillFluxes(fluxes, k, x)
  return fluxes
}

/**
 * ∫ |k ∇v − w|² / k by the rule of the three midpoints, exact to degree 2, on both triangles of every quarter of a cell;
 * w from its definition at a point. `margin` leaves out as many cells along the walls.
 */
function quadrature(row: Row, margin = 0): number {
  let total = 0
  for (let i = 2 * margin; i < 2 * (row.n + 1 - margin); i++) {
    for (let j = 2 * margin; j < 2 * (row.n + 1 - margin); j++) {
      for (const corner of [
        [1, 0],
        [0, 1],
      ] as const) {
        const points = [
          [0.5, 0.5],
          [corner[0], 0.5],
          [0.5, corner[1]],
        ] as const
        const middle = [i / 2 + (1 + corner[0]) / 6, j / 2 + (1 + corner[1]) / 6] as const // which pieces: decided inside
        for (const [s, t] of points) total += density(row, [(i + s) / 2, (j + t) / 2], middle) / 24
      }
    }
  }
  return total
}

/** |k ∇v − w|² / k at a point, on the side of all lines on which `middle` lies. Units of h. */
function density(row: Row, [s, t]: readonly [number, number], middle: readonly [number, number]): number {
  const [i, j] = [Math.floor(middle[0]), Math.floor(middle[1])]
  const u = (a: number, b: number) => nodal(row, row.x, i + a, j + b)
  const below = middle[0] - i > middle[1] - j
  const gradient = below ? [u(1, 0) - u(0, 0), u(1, 1) - u(1, 0)] : [u(1, 1) - u(0, 1), u(0, 1) - u(0, 0)]
  const k = row.k[i * (row.n + 1) + j]!
  const [a, b] = [Math.floor(middle[0] + 0.5), Math.floor(middle[1] + 0.5)] // the node whose dual cell it is
  const w = [component(row, s, a, b, false), component(row, t, b, a, true)]
  return (k * gradient[0]! - w[0]!) ** 2 / k + (k * gradient[1]! - w[1]!) ** 2 / k
}

/** The component of w along its own axis, at place `s` of it, in the dual cell or strip of node (a, b); `turned`: the second axis. */
function component(row: Row, s: number, a: number, b: number, turned: boolean): number {
  const { n, k } = row
  const value = (i: number, j: number) => (turned ? nodal(row, row.x, j, i) : nodal(row, row.x, i, j))
  const cell = (i: number, j: number) => (turned ? k[j * (n + 1) + i]! : k[i * (n + 1) + j]!)
  const flux = (i: number) => ((cell(i, b - 1) + cell(i, b)) / 2) * (value(i + 1, b) - value(i, b))
  if (b === 0 || b === n + 1) return 0
  if (a === 0) return flux(0)
  if (a === n + 1) return flux(n)
  return flux(a - 1) + (flux(a) - flux(a - 1)) * (s - a + 0.5)
}
