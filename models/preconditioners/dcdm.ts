/**
 * Deep conjugate direction method, the network: r ↦ q ≈ A⁻¹ r up to a scale. It does not correct a factor; iterations with it are
 * those of solvers/diffusion/conjugate-directions.ts. Convolutions at full and half size with a skip between them:
 *
 *   enter: 3 × 3, linear · `convs` pairs · [mean of 2 × 2 · `deep` pairs · each node four times] + skip · `convs` pairs · 1 × 1, linear
 *   a pair: h ← h + relu(conv(relu(conv(h))))
 *
 * Zeros beyond the wall. An odd n is padded to an even one behind the last row and column.
 *
 * Kaneda et al., arXiv:2205.10763, section 5 and its code, in three dimensions and for one matrix. Departures: two dimensions, and since
 * every row here has a matrix of its own, the network sees beside r = b √N / ‖b‖ the logarithm of the diagonal of A, which is
 * the mean of k around a node, without its mean. A factor of A, and of r, changes nothing. It is trained on the b of a dataset, white noise;
 * theirs are combinations of Ritz vectors, the lower half nine times as strong, nearer to the residuals that iterations meet.
 * Its published loss is that of high-frequency.
 * Letters: B batch, n nodes per side, N = n², C channels.
 */
import type { Init, Model, Preconditioners } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { conv2d } from '../layers/conv2d.ts'
import { cropTo, padTo } from '../layers/fields.ts'
import { linear } from '../layers/linear.ts'

const defaults = { channels: 16, convs: 2, deep: 3 }

const dcdm: Model<Preconditioners, typeof defaults> = {
  about: 'Deep conjugate direction method: convolutions that answer the next direction of descent',
  cite: 'arXiv:2205.10763',
  defaults,

  build({ channels, convs, deep }, { grid: n }, init) {
    const enter = conv2d(init, 'enter', { inputs: 2, outputs: channels })
    const before = pairs(init, 'before', channels, convs)
    const half = pairs(init, 'half', channels, deep)
    const after = pairs(init, 'after', channels, convs)
    const leave = linear(init, 'leave', { inputs: channels, outputs: 1 })
    const size = 2 * Math.ceil(n / 2)

    return ({ matrix, rhs }) => {
      const seen = tf.stack([unitOf(rhs), logDiagonal(matrix)], 3) // [B, n, n, 2]
      const h = before(enter(padTo(seen, size))) // [B, s, s, C], s = size
      const small = half(tf.avgPool(h as tf.Tensor4D, 2, 2, 'valid')) // [B, s/2, s/2, C]
      const large = tf.image.resizeNearestNeighbor(small as tf.Tensor4D, [size, size]) // [B, s, s, C]
      return { direction: cropTo(leave(after(large.add(h))), n).squeeze([3]) } // [B, n, n]
    }
  },
}

export default dcdm

/** √N b / ‖b‖, of order one; 0 stays 0: [B, n, n]. */
function unitOf(b: Tensor): Tensor {
  return b.div(b.square().mean([1, 2], true).add(TINY).sqrt())
}

const TINY = 1e-30

/** log A_ii without its mean over the nodes: [B, n, n]. */
function logDiagonal(matrix: Tensor): Tensor {
  const [batch, n] = matrix.shape as [number, number, number, number]
  const log = matrix.slice([0, 0, 0, 0], [batch, n, n, 1]).log().squeeze([3]) // [B, n, n]
  return log.sub(log.mean([1, 2], true))
}

function pairs(init: Init, name: string, channels: number, count: number) {
  const layer = (i: number, place: string) =>
    conv2d(init, `${name}${i}/${place}`, { inputs: channels, outputs: channels })
  const all = Array.from({ length: count }, (_, i) => [layer(i, 'first'), layer(i, 'second')] as const)
  return (x: Tensor): Tensor => all.reduce((h, [first, second]) => h.add(second(first(h).relu()).relu()), x)
}
