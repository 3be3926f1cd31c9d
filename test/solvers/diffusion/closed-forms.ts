/** ∫ f_c u = ∫ k |∇u|² of the continuous problem where u is a series: for k = 1, and for k in layers. Intervals [least, most]. */
import type { Row } from './references.ts'

/**
 * k = 1: f_c = Σ f[p,q] sin pπs sin qπt gives ∫ f_c u = Σ f[p,q]² / (4π² (p² + q²)). A dual cell adds rhs · c_p c_q sin pπs_i sin qπt_j to
 * f[p,q] / 4, c_p = 2 sin(pπh/2) / pπ. What lies beyond `terms` is bounded by Parseval: Σ f[p,q]² / 4 = ‖f_c‖².
 */
export function poissonSquare({ n, rhs }: Row, terms: number): [number, number] {
  const h = 1 / (n + 1)
  const sine = (p: number, i: number) => Math.sin(Math.PI * (((p * i) % (2 * (n + 1))) * h))
  const c = (p: number) => (2 * Math.sin((p * Math.PI * h) / 2)) / (p * Math.PI)
  const period = 2 * (n + 1)
  const sums = new Float64Array(period * period) // of rhs sin sin, periodic in p and q
  for (let p = 0; p < period; p++) {
    for (let q = 0; q < period; q++) {
      for (let at = 0; at < n * n; at++)
        sums[p * period + q]! += rhs[at]! * sine(p, Math.floor(at / n) + 1) * sine(q, (at % n) + 1)
    }
  }
  let [least, used] = [0, 0]
  for (let p = 1; p <= terms; p++) {
    for (let q = 1; q <= terms; q++) {
      const f = 4 * c(p) * c(q) * sums[(p % period) * period + (q % period)]!
      least += (f * f) / (4 * Math.PI ** 2 * (p * p + q * q))
      used += (f * f) / 4
    }
  }
  const all = rhs.reduce((sum, value) => sum + value * value, 0) * h * h
  return [least, least + (all - used) / (Math.PI * terms) ** 2]
}

/**
 * k and rhs depend on the first axis alone. With G = 1 but for the strips, 2 ∫ G sin qπt = g_q = (4 / qπ) cos(qπh/2) for odd q, and
 * −(k Y')' + k (qπ)² Y = F has a closed form on each half cell, where k and F are constant: ∫ f_c u = Σ g_q² / 2 ∫ F Y.
 * Since ∫ F Y ≤ ‖F‖² / (min k (qπ)²), the terms beyond `terms` come to at most 8 ‖F‖² / (3 π⁴ min k terms³).
 */
export function layeredSquare({ n, k, rhs }: Row, terms: number): [number, number] {
  const h = 1 / (n + 1)
  const layers = Array.from({ length: 2 * n + 2 }, (_, s) => ({
    k: k[(s >> 1) * (n + 1)]!,
    f: s === 0 || s === 2 * n + 1 ? 0 : rhs[(((s + 1) >> 1) - 1) * n]!,
  }))
  let least = 0
  for (let q = 1; q <= terms; q += 2) {
    const g = (4 / (q * Math.PI)) * Math.cos((q * Math.PI * h) / 2)
    least += ((g * g) / 2) * layerWork(layers, h / 2, q * Math.PI)
  }
  const square = layers.reduce((sum, layer) => sum + (layer.f * layer.f * h) / 2, 0)
  const low = Math.min(...layers.map((layer) => layer.k))
  return [least, least + (8 * square) / (3 * Math.PI ** 4 * low * terms ** 3)]
}

/** ∫ F Y of −(k Y')' + k λ² Y = F on layers of one thickness, Y = 0 at both ends. */
function layerWork(layers: readonly { k: number; f: number }[], thickness: number, lambda: number): number {
  const theta = lambda * thickness
  const coth = 1 / Math.tanh(theta)
  const csch = (2 * Math.exp(-theta)) / (1 - Math.exp(-2 * theta))
  const half = Math.tanh(theta / 2)
  // k Y' is continuous at the joints: a tridiagonal system in the values there, solved by elimination
  const joints = layers.length - 1
  const [diagonal, right, y] = [
    new Float64Array(joints),
    new Float64Array(joints),
    new Float64Array(joints + 2),
  ]
  for (let s = 0; s < joints; s++) {
    const [below, above] = [layers[s]!, layers[s + 1]!]
    diagonal[s] = (below.k + above.k) * lambda * coth
    right[s] = ((below.f + above.f) / lambda) * half
    if (s === 0) continue
    const coupling = below.k * lambda * csch
    const factor = coupling / diagonal[s - 1]!
    diagonal[s]! -= factor * coupling
    right[s]! += factor * right[s - 1]!
  }
  for (let s = joints - 1; s >= 0; s--) {
    y[s + 1] = (right[s]! + layers[s + 1]!.k * lambda * csch * y[s + 2]!) / diagonal[s]!
  }
  return layers.reduce((sum, { k, f }, s) => {
    const rest = f / (k * lambda * lambda)
    return sum + f * (rest * thickness + ((y[s]! + y[s + 1]! - 2 * rest) * half) / lambda)
  }, 0)
}
