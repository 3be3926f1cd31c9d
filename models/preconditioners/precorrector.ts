/**
 * PreCorrector: a graph network that corrects a classical factor L of A ≈ L Lᵀ entry by entry,
 *
 *   L_new = L + α s d,   s = max |L|,   d one number for each stored entry, α trained from 0,
 *
 * so that it begins as the classical factor, to the last bit. The graph is that of L: an unknown is a node, a stored entry L_ij,
 * the diagonal included, an edge from i to j. Edges carry C numbers, nodes one:
 *
 *   e_ij = encode(L_ij / s), v_i = 1, then `rounds` times with the same weights
 *     v_i ← min_j e_ij[0] v_j        over the stored entries of row i; channel 0 alone
 *     e_ij ← update(e_ij, v_i, v_j)
 *   d_ij = decode(e_ij)
 *
 * encode 1 → C → C, update C+2 → C → C, decode C → C → 1, ReLU between two layers: 1170 weights for C = 16. L Lᵀ is positive
 * definite wherever no diagonal entry of L is 0; nothing here forces that.
 *
 * `aggregation` says what it does. The published experiments are those of 'min': the code behind them calls that one "max", and the
 * other way round. `staticDiagonal`: edges of the diagonal are never updated (published for grid 400, with 'sum').
 *
 * Trifonov et al., arXiv:2405.15557, the 1170 weights of its later code. No departure known. Letters: B batch, N unknowns, W entries
 * of a row at most, C width.
 */
import type { Model, Preconditioners } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { atColumns, type Tensor, tf } from '../../tensor/index.ts'
import { isStored, largestOf, onStored } from '../layers/factors.ts'
import { perceptron } from '../layers/perceptron.ts'

const defaults = { rounds: 5, width: 16, aggregation: 'min', staticDiagonal: false }

const precorrector: Model<Preconditioners, typeof defaults> = {
  about: 'PreCorrector: a graph network corrects the entries of a classical factor',
  cite: 'arXiv:2405.15557',
  defaults,

  build({ rounds, width, aggregation, staticDiagonal }, _facts, init) {
    const aggregate = aggregationOf(aggregation)
    const encode = perceptron(init, 'encode', [1, width, width])
    const update = perceptron(init, 'update', [width + 2, width, width])
    const decode = perceptron(init, 'decode', [width, width, 1])
    const alpha = init.weight('alpha', [1], 'zeros')

    return ({ factor, columns }) => {
      const [batch, nodes, most] = factor.shape as [number, number, number]
      const scale = largestOf(factor) // [B, 1, 1]
      const stored = isStored(factor) // [B, N, W]
      let edges = encode(factor.div(scale).expandDims(3)) // [B, N, W, C]
      let there: Tensor = tf.ones([batch, nodes, most]) // v_j: [B, N, W]
      for (let round = 0; round < rounds; round++) {
        const v = aggregate(channel(edges, 0).mul(there), stored) // [B, N]
        const here = tf.tile(v.expandDims(2), [1, 1, most]) // v_i: [B, N, W]
        there = atColumns(v, columns)
        const next = update(tf.concat([edges, here.expandDims(3), there.expandDims(3)], 3)) // [B, N, W, C]
        edges = staticDiagonal ? tf.concat([slot(edges, 0, 1), slot(next, 1, most - 1)], 2) : next
      }
      const d = decode(edges).squeeze([3]) // [B, N, W]
      return { correction: onStored(d.mul(scale).mul(alpha), factor) }
    }
  },
}

export default precorrector

/** Messages [B, N, W] of the entries of a row → [B, N]. Every row has a diagonal, so there is always one. */
function aggregationOf(name: string): (messages: Tensor, stored: Tensor) => Tensor {
  const filled = (fill: number) => (messages: Tensor, stored: Tensor) =>
    tf.where(stored, messages, tf.fill(messages.shape, fill))
  const ways: Record<string, (messages: Tensor, stored: Tensor) => Tensor> = {
    min: (messages, stored) => filled(BEYOND)(messages, stored).min(2),
    max: (messages, stored) => filled(-BEYOND)(messages, stored).max(2),
    sum: (messages, stored) => filled(0)(messages, stored).sum(2),
  }
  const way = ways[name]
  if (way === undefined)
    throw new UserError(`model precorrector: aggregation must be min, max or sum (got '${name}')`)
  return way
}

/** Above every message, and finite: 0 times it is 0. */
const BEYOND = 1e30

/** [B, N, W, C] → [B, N, W]. */
function channel(edges: Tensor, c: number): Tensor {
  const [batch, nodes, most] = edges.shape as [number, number, number]
  return edges.slice([0, 0, 0, c], [batch, nodes, most, 1]).squeeze([3])
}

/** `count` slots of every row: [B, N, W, C] → [B, N, count, C]. */
function slot(edges: Tensor, from: number, count: number): Tensor {
  const [batch, nodes, , width] = edges.shape as [number, number, number, number]
  return edges.slice([0, 0, from, 0], [batch, nodes, count, width])
}
