/**
 * log, sine and cosine of 2πu, exp on f64x2: the twins of math/elementary.ts, equal to the bit on the arguments they are made
 * for. No result here is a zero whose sign could differ.
 */

/** log x for normal numbers 0 < x < ∞ (a uniform number is at least 2⁻⁵³). */
// @ts-ignore: decorator
@inline
export function log64(x: v128): v128 {
  const shifted = i64x2.add(x, i64x2.splat(0x95f62 << 32)) // + (1 − √½) in the upper words
  const k = f64x2.sub(
    v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330000000000000)),
    f64x2.splat(4503599627370496.0 + 1023.0),
  )
  const mantissa = v128.and(shifted, i64x2.splat(0x000fffffffffffff))
  const f = f64x2.sub(i64x2.add(mantissa, i64x2.splat(0x3fe6a09e << 32)), f64x2.splat(1))
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f))
  const z = f64x2.mul(s, s)
  const w = f64x2.mul(z, z)
  const even = f64x2.mul(
    w,
    line(0.3999999999940942, w, line(0.22222198432149784, w, f64x2.splat(0.15313837699209373))),
  )
  const odd = f64x2.mul(
    z,
    line(
      0.6666666666666735,
      w,
      line(0.2857142874366239, w, line(0.1818357216161805, w, f64x2.splat(0.14798198605116586))),
    ),
  )
  const half = f64x2.mul(f64x2.mul(f64x2.splat(0.5), f), f)
  const sum = f64x2.mul(s, f64x2.add(half, f64x2.add(odd, even)))
  const low = f64x2.sub(f64x2.add(sum, f64x2.mul(k, f64x2.splat(LN2_LOW))), half)
  return f64x2.add(f64x2.add(low, f), f64x2.mul(k, f64x2.splat(LN2_HIGH)))
}

/** e^x; beyond ±700, where f32 has long been at ∞ and at 0, that of ±700. */
// @ts-ignore: decorator
@inline
export function clampedExp64(given: v128): v128 {
  const x = f64x2.pmax(f64x2.splat(-700), f64x2.pmin(f64x2.splat(700), given))
  const k = f64x2.floor(f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(0.5)))
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH)))
  const low = f64x2.mul(k, f64x2.splat(LN2_LOW))
  const r = f64x2.sub(high, low)
  const z = f64x2.mul(r, r)
  const inner = line(
    6.613756321437934e-5,
    z,
    line(-1.6533902205465252e-6, z, f64x2.splat(4.1381367970572385e-8)),
  )
  const tail = line(0.16666666666666602, z, line(-0.0027777777777015593, z, inner))
  const c = f64x2.sub(r, f64x2.mul(z, tail))
  const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(f64x2.splat(2), c))
  const y = f64x2.add(f64x2.splat(1), f64x2.add(f64x2.sub(quotient, low), high))
  // k as an integer in the lower bits of k + 3 · 2⁵¹, moved into the exponent
  const whole = f64x2.add(k, f64x2.splat(6755399441055744.0 + 1023.0))
  return f64x2.mul(y, i64x2.shl(whole, 52))
}

/** a + x y */
// @ts-ignore: decorator
@inline
function line(a: f64, x: v128, y: v128): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(x, y))
}

/** sin x and cos x for |x| ≤ π/4, z = x². */
// @ts-ignore: decorator
@inline
export function sine64(x: v128, z: v128): v128 {
  const tail = line(
    -0.0001984126982985795,
    z,
    line(2.7557313707070068e-6, z, line(-2.5050760253406863e-8, z, f64x2.splat(1.58969099521155e-10))),
  )
  const inner = line(-0.16666666666666632, z, line(0.00833333333332249, z, tail))
  return f64x2.add(x, f64x2.mul(f64x2.mul(x, z), inner))
}
// @ts-ignore: decorator
@inline
export function cosine64(z: v128): v128 {
  const tail = line(
    2.480158728947673e-5,
    z,
    line(-2.7557314351390663e-7, z, line(2.087572321298175e-9, z, f64x2.splat(-1.1359647557788195e-11))),
  )
  const half = f64x2.mul(f64x2.splat(0.5), z)
  const w = f64x2.sub(f64x2.splat(1), half)
  const inner = line(0.0416666666666666, z, line(-0.001388888888887411, z, tail))
  const rest = f64x2.sub(f64x2.sub(f64x2.splat(1), w), half)
  return f64x2.add(w, f64x2.add(rest, f64x2.mul(f64x2.mul(z, z), inner)))
}

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
