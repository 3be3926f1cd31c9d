/**
 * Whether f32 can tell, and how surely, that max φ − min φ of a field lies outside a window, so that the f64 field of most
 * attempts is never made. With z the normals, a the amplitudes, M the period and ε = 2⁻²⁴, every |z| ≤ R = √(−2 log 2⁻⁵³) < 8.6:
 *
 *   rounding      ‖φ₃₂ − φ‖∞ ≤ ‖·‖₂ ≤ M R ‖a‖₂ · ε (14 + Σ stages)
 *   left out      ‖·‖∞ ≤ R Σ a    over the frequencies that are left out
 *
 * 14 ε are the normals (parts/screening.as.ts), the amplitude and its product. A stage of radix r costs what its sums and its
 * products with rounded roots cost in the 2-norm (Higham, Accuracy and Stability of Numerical Algorithms, section 24.1; radices
 * 3 and 5 with the factor √r between the norms of |F| and F). max − min is off by twice the sum at most, which is the margin:
 * decisions are those of f64, always. The true error is some hundred times smaller.
 */
export interface Screening {
  margin: number
  bands: Int32Array // per strip of eight columns the rows from … up to … that are left out
}

/** null where the margin would be wider than the window, or there is none. */
export function screeningOf(
  period: number,
  amplitude: Float64Array,
  [low, high]: readonly [number, number],
): Screening | null {
  const width = high - low
  if (!(width < Infinity)) return null
  const { bands, omitted } = leaveOut(period, amplitude, (SHARE * width) / (2 * RADIUS))
  let square = 0
  for (const a of amplitude) square += a * a
  const rounding = period * RADIUS * Math.sqrt(square) * EPSILON * (14 + 2 * costOf(period))
  const margin = 2 * (rounding + RADIUS * omitted)
  return margin <= width ? { margin, bands } : null
}

const EPSILON = 2 ** -24
const RADIUS = 8.6
/** Of the window's width: what the frequencies left out may move max − min by. */
const SHARE = 0.05
/** In ε, of a stage of each radix. */
const COST = { 2: 5, 3: 12, 4: 6, 5: 18 } as const

/** Of one transform of length n, by the stages that math/fft.ts has. */
function costOf(n: number): number {
  let cost = 0
  for (const radix of [5, 3, 4, 2] as const) {
    for (; n % radix === 0; n /= radix) cost += COST[radix]
  }
  return cost
}

/** In each strip the longest run of rows of small amplitudes, so that all that is left out sums to `most` at most. */
function leaveOut(
  period: number,
  amplitude: Float64Array,
  most: number,
): { bands: Int32Array; omitted: number } {
  const least = thresholdOf(amplitude, most)
  const bands = new Int32Array(2 * Math.ceil(period / 8))
  let omitted = 0
  for (let strip = 0; 2 * strip < bands.length; strip++) {
    const row = (p: number) =>
      amplitude.subarray(p * period + 8 * strip, p * period + Math.min(period, 8 * strip + 8))
    const [from, to] = longestRun(period, (p) => row(p).every((a) => a <= least))
    bands.set([from, to], 2 * strip)
    for (let p = from; p < to; p++) for (const a of row(p)) omitted += a
  }
  return { bands, omitted }
}

/** The largest amplitude up to which all together sum to `most`. */
function thresholdOf(amplitude: Float64Array, most: number): number {
  let sum = 0
  let threshold = 0
  for (const a of amplitude.toSorted()) {
    if ((sum += a) > most) break
    threshold = a
  }
  return threshold
}

function longestRun(length: number, holds: (p: number) => boolean): [from: number, to: number] {
  let best: [number, number] = [0, 0]
  let start = 0
  for (let p = 0; p < length; p++) {
    if (!holds(p)) start = p + 1
    else if (p + 1 - start > best[1] - best[0]) best = [start, p + 1]
  }
  return best
}
