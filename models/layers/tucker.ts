/**
 * Spectral convolution (spectral.ts) whose complex matrices R[k₁,k₂] are held together in Tucker form,
 *
 *   R[k₁,k₂] = Σ_pqab  G[p,q,a,b]  F₁[k₁,p]  F₂[k₂,q]  U[·,a] ⊗ V[·,b]
 *
 * with a complex core G and real factors. U and V act on channels and so change places with the Fourier transform: x is
 * brought to `a` channels, mixed mode by mode, brought back; the whole of R is never built.
 *
 * A side of length d has rank ⌈ρ^¼ d⌉, so that the core has about ρ times the numbers of R. Kossaifi et al.,
 * arXiv:2310.00120, section 3.2. Departure: factors real, not complex.
 */
import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { linear } from './linear.ts'
import { mixModes, modesOf, type SpectralShape } from './spectral.ts'

/** [B, n, n, C] → [B, n, n, C]. `rank` is ρ. Starts with the variance of each mode kept. */
export function tuckerSpectral(
  init: Init,
  name: string,
  { channels: C, grid, modes, rank }: SpectralShape & { rank: number },
) {
  const { first, second } = modesOf(grid, modes)
  const [K, m] = [first.length, second.length]
  const rankOf = (length: number) => Math.max(1, Math.ceil(rank ** 0.25 * length))
  const [p, q, a] = [rankOf(K), rankOf(m), rankOf(C)]
  const enter = linear(init, `${name}/enter`, { inputs: C, outputs: a, bias: false })
  const leave = linear(init, `${name}/leave`, { inputs: a, outputs: C, bias: false })
  const factor = (axis: string, length: number, kept: number) =>
    init.weight(`${name}/${axis}/weight`, [length, kept], { normal: Math.sqrt(1 / kept) })
  const [rows, columns] = [factor('rows', K, p), factor('columns', m, q)]
  const core = init.weight(`${name}/core/weight`, [p, q * 2 * a * a], { normal: Math.sqrt(0.5 / a) })
  return (x: Tensor): Tensor => {
    const partly = tf.matMul(rows, core).reshape([K, q, 2 * a * a]) // [K, q, (2a, a)]
    const mixing = tf.matMul(columns, partly).reshape([K * m, 2 * a, a]) // [K m, 2a, a]
    return leave(mixModes(enter(x), mixing, modes)) // [B, n, n, C]
  }
}
