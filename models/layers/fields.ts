/**
 * What networks of the operators track see and say: -div(k grad x) = rhs on n × n interior nodes, spacing h =
 * 1/(n + 1). k lives on the (n + 1)² cells around the nodes, so it is averaged to them: log k of the four cells
 * that meet there. The logarithm, because k is log-normal: it is symmetric about its mean at every contrast.
 *
 * Scale. A network sees (log k − mean) / deviation and rhs / rms, and says y of order one: x = y · rms of x. The
 * numbers are facts of the train split (contracts.ts, FieldFacts). A k that never varies there (Poisson) is no
 * channel at all: features have one channel then.
 *
 * Reading 'as-published': the first n × n values of k as they come, not their logarithm, rhs as it is, and x = y;
 * the track has changed the axes of k by then. So the notebooks of ConDiff (arXiv:2406.04709) see the same rows.
 *
 * A loss may ask for outputs beside x (facts.channels): the last layer of a network then has a channel more for each,
 * behind that of x, in units of the flux.
 */
import type { FieldFacts, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'

/** How many channels featuresOf gives. */
export function inputsOf({ logK }: FieldFacts): number {
  return logK.deviation > 0 ? 2 : 1
}

/** How many channels a network must give to solutionOf. */
export function outputsOf({ channels }: FieldFacts): number {
  return Object.values(channels).reduce((total, count) => total + count, 1)
}

/** k [B, n+1, n+1], rhs [B, n, n] → what is known of them at the nodes, as channels: [B, n, n, inputsOf(facts)]. */
export function featuresOf({ k, rhs }: Operators['input'], facts: FieldFacts): Tensor {
  const published = facts.reading === 'as-published'
  const side = published ? rhs : rhs.div(facts.rhs) // [B, n, n]
  if (inputsOf(facts) === 1) return side.expandDims(-1) // [B, n, n, 1]
  return tf.stack([published ? cutTo(k, rhs.shape) : logAtNodes(k, rhs.shape, facts), side], -1) // [B, n, n, 2]
}

/** y [B, n, n, outputsOf(facts)] of order one → x [B, n, n], and what was asked beside it. */
export function solutionOf(y: Tensor, facts: FieldFacts): Operators['output'] {
  const published = facts.reading === 'as-published'
  const scaled = (from: number, count: number, scale: number) =>
    y.slice([0, 0, 0, from], [-1, -1, -1, count]).mul(published ? 1 : scale) // [B, n, n, count]
  const output: Record<string, Tensor> = {}
  let from = 1
  for (const [name, count] of Object.entries(facts.channels)) {
    output[name] = scaled(from, count, facts.flux)
    from += count
  }
  return { x: scaled(0, 1, facts.x).squeeze([-1]), ...output }
}

/** Mean log k of the four cells around each node, without mean and deviation of the train split. */
function logAtNodes(k: Tensor, [batch, n]: readonly number[], { logK }: FieldFacts): Tensor {
  const log = k.log() // [B, n+1, n+1]
  const corner = (i: number, j: number) => log.slice([0, i, j], [batch!, n!, n!]) // [B, n, n]
  const above = corner(0, 0).add(corner(0, 1))
  const below = corner(1, 0).add(corner(1, 1))
  return above.add(below).mul(0.25).sub(logK.mean).div(logK.deviation)
}

function cutTo(k: Tensor, shape: readonly number[]): Tensor {
  return k.slice([0, 0, 0], [...shape])
}

/** Coordinates (i h, j h) of the nodes, or of `size` ≥ n of them, beyond the wall: [1, size, size, 2]. */
export function coordinates(n: number, size = n): Tensor {
  const at = Float32Array.from({ length: size * size * 2 }, (_, c) => {
    const node = c % 2 === 0 ? Math.floor(c / 2 / size) : Math.floor(c / 2) % size
    return (node + 1) / (n + 1)
  })
  return tf.tensor(at, [1, size, size, 2])
}

/** Zeros after the last row and column: [B, n, n, C] → [B, size, size, C]. */
export function padTo(x: Tensor, size: number): Tensor {
  const more = size - x.shape[1]!
  return more === 0
    ? x
    : tf.pad(x, [
        [0, 0],
        [0, more],
        [0, more],
        [0, 0],
      ])
}

/** The first n rows and columns: [B, size, size, C] → [B, n, n, C]. */
export function cropTo(x: Tensor, n: number): Tensor {
  const [batch, size, , channels] = x.shape as [number, number, number, number]
  return size === n ? x : x.slice([0, 0, 0, 0], [batch, n, n, channels])
}
