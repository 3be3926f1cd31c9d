/**
 * A graph network that answers a whole factor L of A ≈ L Lᵀ from the system itself, without a classical factor to begin with: what
 * PreCorrector (precorrector.ts) is compared with. The graph is that of A: unknowns are nodes, the five stored entries of a row
 * edges from row i to column j. All of them carry C numbers:
 *
 *   v_i = nodes(b_i), e_ij = edges(A_ij / s), s = max |A|, then `rounds` times with the same weights
 *     v_i ← node(v_i, Σ_j e_ij ⊙ v_j)
 *     e_ij ← edge(e_ij, v_i, v_j)
 *   L_ij = √s (d_ij + d_ji) / 2 below the diagonal, d = decode(e);   L_ii = √A_ii, fixed
 *
 * with perceptrons of two layers: 2753 weights for C = 16. It answers the correction L − L₀ of the factor L₀ that it is given, on
 * the entries of L₀ alone; those of L₀ outside the pattern of A become 0.
 *
 * Trifonov et al., arXiv:2405.15557, its code. Departures: there all layers start at zero, which ReLU never leaves but for one bias;
 * here the last layer of decode alone, so that training starts at the same L, the root of the diagonal. There entries are not
 * scaled by s.
 * Letters: B batch, n nodes per side, N = n², W entries of a row of L₀ at most, C width.
 */
import type { Model, Preconditioners } from '../../contracts.ts'
import { neighborsOf, type Tensor, tf } from '../../tensor/index.ts'
import { onStored } from '../layers/factors.ts'
import { perceptron } from '../layers/perceptron.ts'

const defaults = { rounds: 5, width: 16 }

const naiveGnn: Model<Preconditioners, typeof defaults> = {
  about: 'A graph network on the matrix answers a whole factor, no classical one to begin with',
  cite: 'arXiv:2405.15557',
  defaults,

  build({ rounds, width }, _facts, init) {
    const nodes = perceptron(init, 'nodes', [1, width, width])
    const edges = perceptron(init, 'edges', [1, width, width])
    const node = perceptron(init, 'node', [2 * width, width, width])
    const edge = perceptron(init, 'edge', [3 * width, width, width])
    const decode = perceptron(init, 'decode', [width, width, 1], 'zeros')

    return ({ matrix, rhs, factor, columns }) => {
      const scale = matrix.abs().max([1, 2, 3], true) // [B, 1, 1, 1]
      let v = nodes(rhs.expandDims(3)) // [B, n, n, C]
      let e = edges(matrix.div(scale).reshape([-1, 5, 1])) // [B N, 5, C]
      let there = aroundOf(v) // v_j, 0 beyond the wall: [B N, 5, C]
      for (let round = 0; round < rounds; round++) {
        const heard = e.mul(there).sum(1).reshape(v.shape) // [B, n, n, C]
        v = node(tf.concat([v, heard], 3)) // [B, n, n, C]
        there = aroundOf(v)
        const here = tf.tile(v.reshape([-1, 1, width]), [1, 5, 1]) // v_i: [B N, 5, C]
        e = edge(tf.concat([e, here, there], 2)) // [B N, 5, C]
      }
      const lower = belowDiagonal(decode(e).reshape(matrix.shape), matrix) // [B, n, n, 2]
      const diagonal = entry(matrix, 0).sqrt() // [B, n, n, 1]
      const whole = inSlots(tf.concat([diagonal, lower.mul(scale.sqrt())], 3), columns) // [B, N, W]
      return { correction: onStored(whole.sub(factor), factor) }
    }
  },
}

export default naiveGnn

/** What stands at a node and its four neighbors: [B, n, n, C] → [B N, 5, C]. */
function aroundOf(v: Tensor): Tensor {
  return neighborsOf(v).reshape([-1, 5, v.shape[3]!])
}

/** (d_ij + d_ji) / 2 of the neighbors west and south, 0 where A has none: d [B, n, n, 5] → [B, n, n, 2]. */
function belowDiagonal(d: Tensor, matrix: Tensor): Tensor {
  const [batch, n] = d.shape as [number, number, number, number]
  const seenFrom = (side: number, back: number) => {
    const other = neighborsOf(entry(d, back)).slice([0, 0, 0, side, 0], [batch, n, n, 1, 1]) // at that neighbor
    const both = entry(d, side)
      .add(other.squeeze([4]))
      .mul(0.5) // [B, n, n, 1]
    return tf.where(entry(matrix, side).notEqual(0), both, tf.zerosLike(both))
  }
  return tf.concat([seenFrom(WEST, EAST), seenFrom(SOUTH, NORTH)], 3)
}

/** Diagonal, west and south, [B, n, n, 3], each to the slot whose column is its own: [B, N, W]; other slots are 0. */
function inSlots(entries: Tensor, columns: Tensor): Tensor {
  const [, nodes, most] = columns.shape as [number, number, number]
  const n = entries.shape[1]!
  const back = tf.range(0, nodes, 1, 'int32').reshape([1, nodes, 1]).sub(columns) // [B, N, W]
  const placed = [0, 1, n].map((distance, i) => {
    const value = entry(entries, i).reshape([-1, nodes, 1]) // [B, N, 1]
    return tf.tile(value, [1, 1, most]).mul(back.equal(distance).cast('float32')) // [B, N, W]
  })
  return tf.addN(placed)
}

const [WEST, EAST, SOUTH, NORTH] = [1, 2, 3, 4]

/** One of the last axis: [B, n, n, K] → [B, n, n, 1]. */
function entry(x: Tensor, k: number): Tensor {
  const [batch, n] = x.shape as [number, number, number, number]
  return x.slice([0, 0, 0, k], [batch, n, n, 1])
}
