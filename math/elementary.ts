/**
 * log, exp and sincos(2πu) from + − × ÷ and integer operations alone, so that they are equal to the bit wherever IEEE 754 is.
 * `Math.log`, `Math.exp`, `Math.sin` and `Math.cos` may differ between engines and versions (ECMA-262 leaves them to the
 * implementation), so no number of a dataset comes from them.
 *
 * Accuracy: log and exp within 1 ulp, sin and cos within 2 ulp of the true value. Nothing here is faster than Math.
 * The method and the polynomials are those of fdlibm (Sun Microsystems, 1993): log and exp by the remainder of a division by
 * ln 2, sine and cosine by the remainder of a division by a quarter turn. Departure: the turn is the unit of the angle, so its
 * reduction is exact and no table of π is needed.
 */

/** Natural logarithm. log(0) = −∞, NaN below 0. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return x
  const scale = x < SMALLEST_NORMAL ? -54 : 0
  bits64[0] = scale === 0 ? x : x * 18014398509481984
  const high = bits32[HIGH]! + (ONE - SQRT_HALF)
  const k = (high >>> 20) - 1023 + scale
  bits32[HIGH] = (high & 0xfffff) + SQRT_HALF
  const f = bits64[0] - 1 // x = 2^k (1 + f), √½ ≤ 1 + f < √2
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const half = 0.5 * f * f
  return s * (half + (odd + even)) + k * LN2_LOW - half + f + k * LN2_HIGH
}

/** Exponential. ∞ above 709.78…, 0 below −745.13…; subnormal results are rounded twice (1 ulp of the subnormal). */
export function exp(x: number): number {
  if (!(x <= 709.782712893384)) return x > 0 ? Infinity : NaN
  if (x < -745.1332191019411) return 0
  const k = Math.floor(x * Math.LOG2E + 0.5)
  const high = x - k * LN2_HIGH // exact: LN2_HIGH ends in 21 zero bits
  const low = k * LN2_LOW
  const r = high - low
  const z = r * r
  const c =
    r -
    z *
      (0.16666666666666602 +
        z *
          (-0.0027777777777015593 +
            z * (6.613756321437934e-5 + z * (-1.6533902205465252e-6 + z * 4.1381367970572385e-8))))
  const y = 1 + ((r * c) / (2 - c) - low + high)
  if (k > 1023) return y * 2 * power2(k - 1)
  return k < -1022 ? y * power2(k + 1000) * power2(-1000) : y * power2(k)
}

/**
 * Sine and cosine of 2πu into `out[0]` and `out[1]`; u in turns, any finite number. Exact at the quarter turns.
 * With t = u − (nearest quarter), |t| ≤ ⅛ and exact, the rounding of 2πt costs at most 1.35 half-ulps more than fdlibm's kernels.
 */
export function sincos2pi(u: number, out: Float64Array): void {
  const turn = Math.abs(u) < 1048576 ? u : u % 1
  const quarter = Math.floor(4 * turn + 0.5)
  const x = (turn - 0.25 * quarter) * 6.283185307179586
  const z = x * x
  const s = x + x * z * (-0.16666666666666632 + z * (0.00833333333332249 + z * sineTail(z)))
  const half = 0.5 * z
  const w = 1 - half
  const c =
    w + (1 - w - half + z * z * (0.0416666666666666 + z * (-0.001388888888887411 + z * cosineTail(z))))
  const odd = (quarter & 1) !== 0
  const a = odd ? c : s
  const b = odd ? s : c
  out[0] = (quarter & 2) !== 0 ? 0 - a : a
  out[1] = ((quarter + 1) & 2) !== 0 ? 0 - b : b // 0 − b and not −b: no negative zero
}

function sineTail(z: number): number {
  return (
    -0.0001984126982985795 +
    z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10))
  )
}

function cosineTail(z: number): number {
  return (
    2.480158728947673e-5 +
    z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11))
  )
}

/** 2^k for a normal result, written as bits. */
function power2(k: number): number {
  bits32[HIGH] = (k + 1023) << 20
  bits32[1 - HIGH] = 0
  return bits64[0]!
}

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const SMALLEST_NORMAL = 2.2250738585072014e-308
/** Upper words of 1 and of √½. */
const ONE = 0x3ff00000
const SQRT_HALF = 0x3fe6a09e

const bits64 = new Float64Array(1)
const bits32 = new Uint32Array(bits64.buffer)
/** Which of the two words holds sign and exponent: 1 on little-endian machines. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0
