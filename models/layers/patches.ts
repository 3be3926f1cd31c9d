/**
 * Multi-grid domain decomposition: a square of N × N places as P × P patches of s × s, P = 2^levels, each with `padding`
 * places more on every side; and for each patch what lies around it, seen from further away: level j = 1 … levels has the
 * whole square averaged over 2ʲ × 2ʲ places and a window of as many places as the patch, with the same center, cut from
 * that. Zeros outside the square. One network on patches then hears the whole square at the cost of a patch.
 *
 * Kossaifi et al., arXiv:2310.00120, section 4. Departures: zeros for periodic padding (our walls are no seam), means for
 * every 2ʲ-th place (our right-hand sides are white noise, of which a place says nothing about its neighbors).
 * Letters: B batch, C channels, w = s + 2 padding.
 */
import { type Tensor, tf } from '../../tensor/index.ts'

export interface Patches {
  levels: number
  padding: number
}

/** The least N ≥ n that can be cut: s is then a multiple of 2^(levels + 1), so that windows fall on places. */
export function patchedSize(n: number, { levels }: Patches): number {
  const step = 2 ** levels * 2 ** (levels + 1)
  return Math.ceil(n / step) * step
}

/** [B, N, N, C] → [P² B, w, w, C (1 + levels)], patch by patch, row-major. */
export function cutPatches(x: Tensor, { levels, padding }: Patches): Tensor {
  const side = x.shape[1]! / 2 ** levels // s
  const views = Array.from({ length: levels + 1 }, (_, j) => {
    const coarse = j === 0 ? x : tf.avgPool(x as Tensor4D, 2 ** j, 2 ** j, 'valid') // [B, N/2ʲ, N/2ʲ, C]
    const margin = padding + (j === 0 ? 0 : side / 2)
    const width = side + 2 * padding
    // center of patch i on level j: (2i + 1) s / 2^(j+1); its window begins half a width before
    const start = (i: number) => ((2 * i + 1) * side) / 2 ** (j + 1) - width / 2 + margin
    return windowsOf(
      around(coarse, margin),
      Array.from({ length: 2 ** levels }, (_, i) => start(i)),
      width,
    )
  })
  return tf.concat(views, -1) // [P² B, w, w, C (1 + levels)]
}

/** Undoes it for what a network made of each patch: [P² B, w, w, C] → [B, N, N, C], the padding dropped. */
export function stitchPatches(y: Tensor, { levels, padding }: Patches): Tensor {
  const parts = 2 ** levels
  const [all, width, , channels] = y.shape as [number, number, number, number]
  const [batch, side] = [all / parts ** 2, width - 2 * padding]
  const inner = (at: number) => y.slice([at * batch, padding, padding, 0], [batch, side, side, channels])
  const rows = Array.from({ length: parts }, (_, i) =>
    tf.concat(
      Array.from({ length: parts }, (_, j) => inner(i * parts + j)),
      2,
    ),
  )
  return tf.concat(rows, 1) // [B, N, N, C]
}

/** Square windows that begin at all pairs of `starts`, one after another along the batch. */
function windowsOf(x: Tensor, starts: readonly number[], width: number): Tensor {
  const [batch, , , channels] = x.shape as [number, number, number, number]
  const windows = starts.flatMap((i) =>
    starts.map((j) => x.slice([0, i, j, 0], [batch, width, width, channels])),
  )
  return tf.concat(windows, 0)
}

function around(x: Tensor, margin: number): Tensor {
  return tf.pad(x, [
    [0, 0],
    [margin, margin],
    [margin, margin],
    [0, 0],
  ])
}

type Tensor4D = Parameters<typeof tf.avgPool>[0]
