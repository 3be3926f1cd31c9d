/**
 * Astral's functional majorant on the grid: a bound of the energy error of x̂, whatever flux w the network says.
 *
 *   ‖x̂ − x‖_A ≤ M(x̂, w) = C ‖rhs + div w‖ + ‖t^{−½} (w − t ∇x̂)‖,   C = 1/√λ,   λ = min k · 8 (n+1)² sin²(π h / 2)
 *
 * t and ∇ as in tensor/diffusion.ts, norms are sums over nodes and over faces. Proof: ‖e‖²_A = ⟨rhs − A x̂, e⟩ =
 * ⟨rhs + div w, e⟩ + ⟨w − t ∇x̂, ∇e⟩, and ‖e‖ ≤ C ‖e‖_A because λ is at most the least eigenvalue of A (equal for
 * constant k). M = 0 for w = t ∇x̂ and x̂ = x. So x̂ and w are trained together, without a solution, and h M at the end
 * is a certificate. The loss is h M, mean over the batch.
 *
 * The network must say w beside x: `flux` [B, n, n, 4], the flux in the direction of growing index through the faces west,
 * east, south and north of each node, where an inner face is said twice and the mean counts.
 *
 * arXiv:2406.02645, section 2. Departures: the discrete equation for the continuous one, so that a solution on the grid
 * reaches 0; the best β of every row in closed form (min over β of (1+β) a² + (1+1/β) b² is (a+b)²) for one trained β; the
 * constant corrected (the published one is √2 too small at k = 1, and the bound then fails).
 */
import type { Loss, Operators } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import {
  divergenceOf,
  facesOf,
  type OnFaces,
  type Scalar,
  slopesOf,
  squaredOnFaces,
  type Tensor,
  tf,
} from '../../tensor/index.ts'

const majorant: Loss<Operators> = {
  about: "Astral's bound of the energy error, with the flux as further output; no solutions needed",
  cite: 'arXiv:2406.02645',
  defaults: {},
  channels: { flux: 4 },

  value({ x, flux }, { input: { k, rhs } }) {
    if (flux === undefined)
      throw new UserError('loss majorant: needs the output flux [B, n, n, 4], which the model does not give')
    const n = rhs.shape[1]!
    const [t, slopes, w] = [facesOf(k), slopesOf(x), onFaces(flux)]
    const unbalanced = rhs.add(divergenceOf(w)).square().sum([1, 2]) // [B]
    const gap = {
      first: gapOf(w.first, t.first, slopes.first),
      second: gapOf(w.second, t.second, slopes.second),
    }
    const away = squaredOnFaces(gap, { first: t.first.reciprocal(), second: t.second.reciprocal() }) // [B]
    const least = k.min([1, 2]).mul(8 * ((n + 1) * Math.sin(Math.PI / (2 * (n + 1)))) ** 2) // λ [B]
    const bound = unbalanced.div(least).add(TINY).sqrt().add(away.add(TINY).sqrt())
    return tf.mean(bound).mul(1 / (n + 1)) as Scalar
  },
}

export default majorant

const TINY = 1e-20 // keeps the gradients finite (0) where a term is 0; norms are of order 1

function gapOf(w: Tensor, t: Tensor, slope: Tensor): Tensor {
  return w.sub(t.mul(slope))
}

/** What nodes say of their four faces → one number a face: the mean of both sides, at the wall the only one. */
function onFaces(flux: Tensor): OnFaces {
  const side = (c: number) => flux.slice([0, 0, 0, c], [-1, -1, -1, 1]).squeeze([-1]) // [B, n, n]
  return { first: meet(side(2), side(3), 1), second: meet(side(0), side(1), 2) }
}

/** `before` is said by the node behind a face, `after` by the node in front of it: [B, n, n] twice → n + 1 faces on `axis`. */
function meet(before: Tensor, after: Tensor, axis: number): Tensor {
  const n = before.shape[axis]!
  const cut = (x: Tensor, from: number, length: number) =>
    x.slice(
      x.shape.map((_, a) => (a === axis ? from : 0)),
      x.shape.map((whole, a) => (a === axis ? length : whole)),
    )
  const walls = [cut(before, 0, 1), cut(after, n - 1, 1)] as const
  if (n === 1) return tf.concat([...walls], axis)
  const inner = cut(before, 1, n - 1)
    .add(cut(after, 0, n - 1))
    .mul(0.5)
  return tf.concat([walls[0], inner, walls[1]], axis) // n + 1
}
