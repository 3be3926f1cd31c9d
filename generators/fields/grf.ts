/**
 * Gaussian random fields φ on (n+1) × (n+1) cells by circulant embedding:
 *
 *   φ₁ + i φ₂ = Σ_{p,q} √(λ[p,q] / M²) z[p,q] e^{2πi (px + qy)/M},   z = N(0,1) + i N(0,1),
 *
 * cut to the window. φ₁ and φ₂ are independent and have the same law; one transform makes both.
 * Block b of the random numbers is z of frequency b, row-major.
 * Dietrich, Newsam (doi:10.1137/S1064827592240555), section 2.
 */
import { log } from '../../math/elementary.ts'
import { fft2 } from '../../math/fft.ts'
import type { Key } from './address.ts'
import type { Embedding } from './embedding.ts'
import { fillPairs } from './normals.ts'

/** Both fields of one attempt, `side` × `side`, row-major. */
export function drawPair(
  { period, amplitude }: Embedding,
  key: Key,
  at: { attempt: number; address: number },
  side: number,
): [Float64Array, Float64Array] {
  const re = new Float64Array(period * period)
  const im = new Float64Array(period * period)
  fillPairs(key, { ...at, purpose: 'field' }, re, im)
  for (let b = 0; b < amplitude.length; b++) {
    re[b] = amplitude[b]! * re[b]!
    im[b] = amplitude[b]! * im[b]!
  }
  const fields = fft2({ re: im, im: re }, period, side) // parts exchanged: the inverse transform
  return [fields.im, fields.re]
}

/** Bounds on the contrast max k / min k = e^{max φ − min φ}; null is no bound. */
export type Window = readonly [number, number] | null

/** Whether φ lies in the window, bounds included; decided in f64 on max φ − min φ, before any exponential. */
export function inWindow(phi: Float64Array, window: Window): boolean {
  if (window === null) return true
  let least = Infinity
  let most = -Infinity
  for (const value of phi) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return most - least >= log(window[0]) && most - least <= log(window[1])
}
