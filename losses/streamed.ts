/**
 * log Σ exp of many logits without storing them: the items are taken tile by tile, a running value is merged with that of each
 * tile, and the gradient computes the logits of a tile again.
 *
 *   forward    a ← log(e^a + Σ_{j in tile} e^{x_i · w_j})
 *   backward   P = e^{logits − log-sum-exp} · dy;   dX += P W_tile;   dW_tile = Pᵀ X
 *
 * Memory is that of one tile, S · t logits, instead of S · N twice. Exact: nothing is skipped.
 * Wijmans et al., Cut Your Losses in Large-Vocabulary Language Models, ICLR 2025, arXiv:2411.09009, without its filter of small
 * gradients. Letters: S positions, D width, N items, t items of a tile, K drawn items of a position.
 *
 * The gradient works on the transposed logits [t, S], or on a tile read backwards: a trace merges equal ops, and would keep what
 * the forward pass made alive for the gradient if both were written alike.
 */
import { addRows, logSumExp, type Tensor, tf } from '../tensor/index.ts'

/** Over all items: states [S, D], catalog [N, D] → [S]. */
export function streamedLogSumExp(states: Tensor, catalog: Tensor, tile: number): Tensor {
  return overCatalog(tile)(states, catalog)
}

/**
 * Over each position's own drawn items: states [S, D], catalog [N, D], items int32 [S, K] (catalog rows), `bias` [S, K] added to
 * the logits (−1e30 masks) → [S]. A tile holds t of the K.
 */
export function streamedLogSumExpOf(
  states: Tensor,
  catalog: Tensor,
  drawn: { items: Tensor; bias: Tensor },
  tile: number,
): Tensor {
  return overDrawn(drawn, tile)(states, catalog)
}

function overCatalog(tile: number) {
  return tf.customGrad((...args) => {
    const [states, catalog, save] = args as unknown as [Tensor, Tensor, tf.GradSaveFunc]
    const [items, width] = catalog.shape as [number, number]
    const tiles = tilesOf(items, tile)
    const value = tiles.reduce<Tensor | null>((so, [from, size]) => {
      const rows = after(so, catalog.slice([from, 0], [size, width])) // [t, D]
      const sums = logSumExp(tf.matMul(states, rows, false, true)) // [S]
      return so === null ? sums : merge(so, sums)
    }, null)!
    save([states, catalog, value])
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x, table, total] = saved as [Tensor, Tensor, Tensor]
      const onItems: Tensor[] = []
      let onStates: Tensor | null = null
      for (const [from, size] of tiles) {
        const rows = after(onItems.at(-1), after(onStates, table.slice([from, 0], [size, width]))) // [t, D]
        const again = tf.matMul(rows, x, false, true) // [t, S]
        const shares = again.sub(total).exp().mul(dy) // [t, S]
        onItems.push(tf.matMul(shares, x)) // [t, D]
        const more: Tensor = tf.matMul(shares, rows, true) // [S, D]
        onStates = onStates === null ? more : onStates.add(more)
      }
      return [onStates!, onItems.length === 1 ? onItems[0]! : tf.concat(onItems, 0)]
    }
    return { value, gradFunc }
  })
}

function overDrawn({ items, bias }: { items: Tensor; bias: Tensor }, tile: number) {
  const [positions, count] = items.shape as [number, number]
  const tiles = tilesOf(count, tile)
  return tf.customGrad((...args) => {
    const [states, catalog, save] = args as unknown as [Tensor, Tensor, tf.GradSaveFunc]
    const [rows, width] = catalog.shape as [number, number]
    const value = tiles.reduce<Tensor | null>((so, [from, size]) => {
      const vectors = after(so, tf.gather(catalog, items.slice([0, from], [positions, size]))) // [S, t, D]
      const logits = tf.matMul(states.expandDims(1), vectors, false, true).squeeze([1]) // [S, t]
      const sums = logSumExp(logits.add(bias.slice([0, from], [positions, size]))) // [S]
      return so === null ? sums : merge(so, sums)
    }, null)!
    save([states, catalog, value, items, bias]) // all that the gradient touches, or it is gone by then
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x, table, total, ids, mask] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor]
      let onStates: Tensor | null = null
      let onItems: Tensor | null = null
      for (const [from, size] of tiles) {
        const part = (of: Tensor) => of.slice([0, from], [positions, size]).reverse(1) // [S, t]
        const own = part(ids)
        const vectors = after(onItems, after(onStates, tf.gather(table, own))) // [S, t, D]
        const logits = tf.matMul(x.expandDims(1), vectors, false, true).squeeze([1]).add(part(mask)) // [S, t]
        const shares = logits.sub(total.expandDims(1)).exp().mul(dy.expandDims(1)).expandDims(1) // [S, 1, t]
        const toStates: Tensor = tf.matMul(shares, vectors).squeeze([1]) // [S, D]
        const spread = tf.matMul(shares, x.expandDims(1), true).reshape([-1, width]) // [S t, D]
        const toItems: Tensor = addRows(spread, own.flatten(), rows) // [N, D]
        onStates = onStates === null ? toStates : onStates.add(toStates)
        onItems = onItems === null ? toItems : onItems.add(toItems)
      }
      return [onStates!, onItems!]
    }
    return { value, gradFunc }
  })
}

type Tile = readonly [from: number, size: number]

function tilesOf(items: number, tile: number): Tile[] {
  const count = Math.ceil(items / tile)
  return Array.from({ length: count }, (_, n) => [n * tile, Math.min(tile, items - n * tile)] as const)
}

/**
 * `x`, once `done` is there. Independent tiles may be computed in any order, and the runtime's order kept them all in memory:
 * a zero that is computed from the tile before leaves it no choice. NaN goes through, and so does it in the loss.
 */
function after(done: Tensor | null | undefined, x: Tensor): Tensor {
  if (!done) return x
  const first = done.flatten().slice([0], [1]) // [1]
  return x.add(first.minimum(0).maximum(0))
}

/** log(e^a + e^b) from the larger of the two: a masked tile of −1e30 would swallow the other if it came first. */
function merge(a: Tensor, b: Tensor): Tensor {
  return a.maximum(b).add(a.sub(b).abs().neg().softplus())
}
