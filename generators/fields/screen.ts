/**
 * Candidates of a field set on a device, many at once: whether max φ − min φ of an attempt can lie in the window.
 *
 *   φ₁ + i φ₂ = F (a ∘ z) Fᵀ,   F[x, p] = e^{2πi xp/M} for the (n+1) × M points that are kept,
 *
 * which is the transform of grf.ts as two products of complex matrices, in float32: equal to it within 1e-5 (of the largest
 * |φ|), which is why nothing is decided here but a no. Normal numbers are the host's, by address.
 */
import { log, sincos2pi } from '../../math/elementary.ts'
import { zeros } from '../../tensor/compiled.ts'
import { compileOn, type Device } from '../../tensor/devices.ts'
import { type HostTensor, type Tensor, tf } from '../../tensor/index.ts'
import type { Program } from '../../tensor/program.ts'
import type { Key } from './address.ts'
import type { Embedding } from './embedding.ts'
import type { Window } from './grf.ts'
import { fillPairs } from './normals.ts'

export interface Attempt {
  attempt: number
  address: number
}
export interface Screen {
  batch: number // attempts at a time
  /** For each attempt, whether its real and its imaginary part may lie in the window. */
  hopeful(key: Key, attempts: readonly Attempt[], window: Window): Promise<[boolean, boolean][]>
  /** The fields themselves, [2 · attempts, side, side], real part first; float32. */
  fields(key: Key, attempts: readonly Attempt[]): Promise<Float32Array>
  dispose(): Promise<void>
}

/** What float32 may be off by in max φ − min φ, with room: 1e-5 of a range of 20 is 2e-4. Measured, not proven: check:gpu and doctor look. */
export const MARGIN = 1e-3

export async function openScreen(
  { period, amplitude }: Embedding,
  side: number,
  batch: number,
  device: Device,
): Promise<Screen> {
  const compiled = await compileOn(program(period, side, batch), { device, threads: 1 })
  const kept = { fields: zeros({ shape: [batch, 2, side, side], dtype: 'float32' }) }
  const run = (key: Key, attempts: readonly Attempt[]) =>
    compiled.run({ spectrum: spectrumOf(amplitude, batch, key, attempts) }, kept)
  return {
    batch,
    async hopeful(key, attempts, window) {
      const { range } = await run(key, attempts)
      const may = (b: number) => window === null || near(range!.data[b]!, window)
      return attempts.map((_, b) => [may(2 * b), may(2 * b + 1)])
    },
    async fields(key, attempts) {
      await run(key, attempts)
      await compiled.fetch(kept)
      return Float32Array.from(kept.fields.data.subarray(0, 2 * attempts.length * side * side))
    },
    dispose: compiled.dispose,
  }
}

/** Bounds included, and a margin beyond them. */
function near(range: number, [low, high]: readonly [number, number]): boolean {
  return range >= log(low) - MARGIN && range <= log(high) + MARGIN
}

/** [B, 2M, M], real parts above imaginary ones → both fields of each, and their ranges. Fields stay on the device until asked for. */
function program(period: number, side: number, batch: number): Program {
  const { left, right } = transformMatrices(period, side)
  return {
    inputs: { spectrum: { shape: [batch, 2 * period, period], dtype: 'float32' } },
    resident: ['fields'],
    run({ spectrum }) {
      const rows = tf.matMul(tf.tensor(left, [1, 2 * side, 2 * period]), spectrum!) // [B, 2 side, M]
      const [re, im] = rows.reshape([batch, 2, side, period]).unstack(1) as [Tensor, Tensor]
      const both = tf.matMul(tf.concat([re, im], 2), tf.tensor(right, [1, 2 * period, 2 * side])) // [B, side, 2 side]
      const fields = both.reshape([batch, side, 2, side]).transpose([0, 2, 1, 3]) // [B, 2, side, side]
      return { fields, range: fields.max([2, 3]).sub(fields.min([2, 3])) }
    },
  }
}

/** [[Re F, −Im F], [Im F, Re F]] and [[Re Fᵀ, Im Fᵀ], [−Im Fᵀ, Re Fᵀ]]. */
function transformMatrices(period: number, side: number): { left: Float32Array; right: Float32Array } {
  const left = new Float32Array(4 * side * period)
  const right = new Float32Array(4 * side * period)
  const pair = new Float64Array(2)
  for (let x = 0; x < side; x++)
    for (let p = 0; p < period; p++) {
      sincos2pi(((x * p) % period) / period, pair)
      const [sine, cosine] = pair as unknown as [number, number]
      left[x * 2 * period + p] = cosine
      left[x * 2 * period + period + p] = -sine
      left[(side + x) * 2 * period + p] = sine
      left[(side + x) * 2 * period + period + p] = cosine
      right[p * 2 * side + x] = cosine
      right[p * 2 * side + side + x] = sine
      right[(period + p) * 2 * side + x] = -sine
      right[(period + p) * 2 * side + side + x] = cosine
    }
  return { left, right }
}

/** a ∘ z of each attempt; nothing for those that the batch lacks. */
function spectrumOf(
  amplitude: Float64Array,
  batch: number,
  key: Key,
  attempts: readonly Attempt[],
): HostTensor {
  const size = amplitude.length
  const period = Math.sqrt(size)
  const data = new Float32Array(2 * size * batch)
  const [re, im] = [new Float64Array(size), new Float64Array(size)]
  for (const [b, at] of attempts.entries()) {
    fillPairs(key, { ...at, purpose: 'field' }, re, im)
    for (let i = 0; i < size; i++) {
      data[2 * b * size + i] = amplitude[i]! * re[i]!
      data[(2 * b + 1) * size + i] = amplitude[i]! * im[i]!
    }
  }
  return { shape: [batch, 2 * period, period], dtype: 'float32', data }
}
