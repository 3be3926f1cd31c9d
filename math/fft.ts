/**
 * Discrete Fourier transform of complex f64 numbers, lengths 2ᵃ 3ᵇ 5ᶜ, in one and two dimensions:
 *
 *   X[k] = Σⱼ x[j] e^{−2πi jk/n}.
 *
 * No factor 1/n anywhere. The inverse, times n, is the same with real and imaginary part exchanged, before and after:
 * fft({ re: x.im, im: x.re }).
 * Error: relative ‖·‖₂ about 1e-16 · log₂ n, as for any FFT. Made of + − × alone with roots of `sincos2pi`, the result is
 * equal to the bit on every machine.
 * Columns of a two-dimensional transform do not mix and each is treated alike, so leaving some out changes no other.
 * Stockham's self-sorting form, radices 5, 3, 4, 2 in this order (see butterflies.ts); eight columns at a time stay in cache.
 */
import { butterflies, type Complex, type Stage } from './butterflies.ts'
import { sincos2pi } from './elementary.ts'

export type { Complex } from './butterflies.ts'

/** X ← transform of x, in place; any length of the form 2ᵃ 3ᵇ 5ᶜ. */
export function fft(x: Complex): void {
  const n = x.re.length
  if (n !== x.im.length) throw new Error(`fft: ${n} real and ${x.im.length} imaginary parts`)
  columns(planOf(n), x, 1, x, n)
}

/**
 * The two-dimensional transform of a row-major side × side array; returns the corner of `keep` × `keep` lowest
 * frequencies, row-major (all of it without `keep`). Destroys nothing.
 */
export function fft2(x: Complex, side: number, keep: number = side): Complex {
  if (x.re.length !== side * side || x.im.length !== side * side) {
    throw new Error(`fft2: ${x.re.length} real and ${x.im.length} imaginary parts, expected ${side}²`)
  }
  if (keep < 1 || keep > side) throw new Error(`fft2: cannot keep ${keep} of ${side}`)
  const plan = planOf(side)
  const half = zeros(side * keep)
  const out = zeros(keep * keep)
  columns(plan, x, side, half, keep) // [side, side] → [side, keep], transposed
  columns(plan, half, keep, out, keep) // [side, keep] → [keep, keep], transposed back
  return out
}

/** The smallest 2ᵃ 3ᵇ 5ᶜ not below `least`. */
export function smoothAtLeast(least: number): number {
  let n = Math.max(1, Math.ceil(least))
  while (radicesOf(n) === null) n++
  return n
}

/** What a transform of one length needs, made once. */
interface Plan {
  n: number
  stages: readonly Stage[]
  work: readonly [Complex, Complex] // LANES columns each
}

const LANES = 8
const plans = new Map<number, Plan>()

function planOf(n: number): Plan {
  const known = plans.get(n)
  if (known !== undefined) return known
  const radices = radicesOf(n)
  if (radices === null) throw new Error(`fft: length ${n} is not of the form 2^a 3^b 5^c`)
  const roots = rootsOf(n)
  let left = n
  const stages = radices.map((radix) => {
    left /= radix
    return { radix, m: left, step: n / (left * radix), roots }
  })
  const plan: Plan = { n, stages, work: [zeros(n * LANES), zeros(n * LANES)] }
  plans.set(n, plan)
  return plan
}

/** 5s, then 3s, then 4s, then at most one 2; null when another prime divides n. */
function radicesOf(n: number): number[] | null {
  if (!Number.isSafeInteger(n) || n < 1) return null
  const radices: number[] = []
  let left = n
  for (const radix of [5, 3, 4, 2]) {
    for (; left % radix === 0; left /= radix) radices.push(radix)
  }
  return left === 1 ? radices : null
}

/** e^{−2πi j/n}. The angle is taken from the nearest quarter turn, in whole numbers, so that it carries no rounding of j/n ≈ 1. */
export function rootsOf(n: number): Complex {
  const roots = zeros(n)
  const pair = new Float64Array(2)
  for (let j = 0; j < n; j++) {
    const quarter = Math.floor((4 * j) / n + 0.5)
    sincos2pi((4 * j - quarter * n) / (4 * n), pair)
    const sine = pair[0]!
    const cosine = pair[1]!
    roots.re[j] = [cosine, 0 - sine, 0 - cosine, sine][quarter & 3]!
    roots.im[j] = [0 - sine, 0 - cosine, sine, cosine][quarter & 3]!
  }
  return roots
}

/** Transforms the columns of an n × `count` array; the first `keep` numbers of each become a row of the count × keep result. */
function columns(plan: Plan, from: Complex, count: number, to: Complex, keep: number): void {
  const { n } = plan
  for (let first = 0; first < count; first += LANES) {
    const lanes = Math.min(LANES, count - first)
    const { re, im } = plan.work[0]
    for (let row = 0; row < n; row++) {
      for (let q = 0; q < lanes; q++) {
        re[row * lanes + q] = from.re[row * count + first + q]!
        im[row * lanes + q] = from.im[row * count + first + q]!
      }
    }
    const done = run(plan, lanes)
    for (let q = 0; q < lanes; q++) {
      const at = (first + q) * keep
      for (let row = 0; row < keep; row++) {
        to.re[at + row] = done.re[row * lanes + q]!
        to.im[at + row] = done.im[row * lanes + q]!
      }
    }
  }
}

/** All stages over the first work array; the result is in the one returned. */
function run(plan: Plan, lanes: number): Complex {
  let [from, to] = plan.work
  let done = 1
  for (const stage of plan.stages) {
    butterflies[stage.radix]!(from, to, stage, lanes * done)
    done *= stage.radix
    const swap = from
    from = to
    to = swap
  }
  return from
}

function zeros(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) }
}
