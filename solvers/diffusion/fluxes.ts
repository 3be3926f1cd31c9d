/**
 * The flux of the scheme and its mismatch with k ∇v.
 *
 * v is the linear interpolant of x on triangles: every cell is cut from its corner (i, j) to its corner (i+1, j+1).
 * w is the lowest-order Raviart–Thomas field on the h × h dual cell of each interior node, with the flux of the scheme,
 * face mean of k times difference of x, through each of its four sides. So w₁ is linear along the first axis and constant along
 * the second, w₂ the other way round, and div w = −(A x) at the node. In the strip of width h/2 along a wall w goes straight
 * on: normal to the wall and constant up to it, 0 in the four corners, so that div w = 0 there; all normal components match
 * across sides, so w is in H(div) of the square.
 *
 * Nodes are counted with the walls, (n+2)² of them, row-major, u = 0 on the outer ones. With h ∇v and h w instead of ∇v and w the
 * h of a two-dimensional integral cancels, and no h appears here.
 *
 * The scheme is that of stencil.ts; for it h² xᵀA x = ∫ k |∇v|² (right-angled triangles couple along their legs alone).
 * Raviart, Thomas (doi:10.1007/BFb0064470).
 */

/** Scratch and result for one field on n × n nodes: made once, filled row after row of a dataset. */
export interface Fluxes {
  n: number
  u: Float64Array // x with its walls
  east: Float64Array // h w through the side between node p and the next of its row
  north: Float64Array // h w through the side between node p and the one above it, p + n + 2
  eastAtNode: Float64Array // h w₂ on the line through node p: the mean of its two sides
  northAtNode: Float64Array
}

export function fluxesOn(n: number): Fluxes {
  const part = () => new Float64Array((n + 2) * (n + 2))
  return { n, u: part(), east: part(), north: part(), eastAtNode: part(), northAtNode: part() }
}

/** Fills `fluxes` from one field k of (n+1)² cells and one x of n² nodes; gives ∫ k |∇v|² = h² xᵀA x. */
export function fillFluxes(fluxes: Fluxes, k: Float64Array, x: Float64Array): number {
  const { n, u } = fluxes
  const row = n + 2
  for (let i = 1; i <= n; i++) u.set(x.subarray((i - 1) * n, i * n), i * row + 1)
  const energy = fillSides(fluxes, k)
  fillNodes(fluxes)
  return energy
}

/**
 * ∫ |k ∇v − w|² / k over the square, exact but for rounding. The lines through the middles of its sides cut a cell into four
 * squares, each in one dual cell, where w is linear. Along its own axis a component of w runs in each of them from a node line to
 * a side, or back; k is constant, and so is ∂v in each triangle. Of the four, those at the corners (i, j+1) and (i+1, j) lie
 * in one triangle each (`whole`), the other two are halved by the diagonal (`cut`). Both components, four squares: eight terms.
 */
export function mismatch(fluxes: Fluxes, k: Float64Array): number {
  const { n, u, east, north, eastAtNode, northAtNode } = fluxes
  const row = n + 2
  let total = 0
  for (let i = 0, cell = 0; i <= n; i++) {
    for (let j = 0, a = i * row; j <= n; j++, a++, cell++) {
      const b = a + 1 // corners of the cell:  c d
      const c = a + row //                     a b
      const d = c + 1
      const value = k[cell]!
      const bottom = value * (u[b]! - u[a]!) // k ∂v in the triangle that has this side
      const top = value * (u[d]! - u[c]!)
      const left = value * (u[c]! - u[a]!)
      const right = value * (u[d]! - u[b]!)
      const along =
        cut(top, bottom, eastAtNode[a]!, east[a]!) +
        whole(bottom, east[a]!, eastAtNode[b]!) +
        whole(top, eastAtNode[c]!, east[c]!) +
        cut(top, bottom, east[c]!, eastAtNode[d]!)
      const across =
        cut(right, left, northAtNode[a]!, north[a]!) +
        whole(right, northAtNode[b]!, north[b]!) +
        whole(left, north[a]!, northAtNode[c]!) +
        cut(right, left, north[b]!, northAtNode[d]!)
      total += (along + across) / value
    }
  }
  return total / 48
}

/** 48 ∫ (g − w)² over a square of side ½ on which w runs linearly from w₀ to w₁: with e = g − w, ∫ e² = (e₀² + e₀ e₁ + e₁²) / 12. */
function whole(g: number, w0: number, w1: number): number {
  const e0 = g - w0
  const e1 = g - w1
  return 4 * (e0 * e0 + e0 * e1 + e1 * e1)
}

/** The same where g is `first` in a part whose width shrinks from ½ to 0 along the way, `second` in the rest. */
function cut(first: number, second: number, w0: number, w1: number): number {
  const f0 = first - w0
  const f1 = first - w1
  const s0 = second - w0
  const s1 = second - w1
  return 3 * f0 * f0 + 2 * f0 * f1 + f1 * f1 + (s0 * s0 + 2 * s0 * s1 + 3 * s1 * s1)
}

/** Both sides that leave each node upwards; a side on a wall carries 0, for u is 0 there. */
function fillSides({ n, u, east, north }: Fluxes, k: Float64Array): number {
  const row = n + 2
  let energy = 0
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= n; j++) {
      const p = i * row + j
      const cell = i * (n + 1) + j
      if (i > 0) {
        const step = u[p + 1]! - u[p]!
        east[p] = 0.5 * (k[cell - n - 1]! + k[cell]!) * step
        energy += east[p]! * step
      }
      if (j > 0) {
        const step = u[p + row]! - u[p]!
        north[p] = 0.5 * (k[cell - 1]! + k[cell]!) * step
        energy += north[p]! * step
      }
    }
  }
  return energy
}

function fillNodes({ n, east, north, eastAtNode, northAtNode }: Fluxes): void {
  const row = n + 2
  for (let i = 1; i <= n; i++) {
    eastAtNode[i * row] = east[i * row]! // the strip: straight on to the wall
    eastAtNode[i * row + n + 1] = east[i * row + n]!
    northAtNode[i] = north[i]!
    northAtNode[(n + 1) * row + i] = north[n * row + i]!
    for (let j = 1; j <= n; j++) {
      const p = i * row + j
      eastAtNode[p] = 0.5 * (east[p - 1]! + east[p]!)
      northAtNode[p] = 0.5 * (north[p - row]! + north[p]!)
    }
  }
}
