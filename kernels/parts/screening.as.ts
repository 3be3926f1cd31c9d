/**
 * Normal pairs in f32, four blocks at a time, for fields of which only max − min is asked, and not to the bit
 * (kernels/fields.as.ts: rows). With ε = 2⁻²⁴ and the true pair (ρ cos, ρ sin), what is written here is within 12 ε ρ of it:
 *
 *   min(u, 1 − u) from all 52 bits, to 2 ε of itself, so that the logarithm is good at both ends (u near 1 makes small radii);
 *   its logarithm to 6 ε, hence ρ to 4 ε; the angle from 32 bits, its sine and cosine to 4 ε; three products.
 *
 * The polynomials of log are those of fdlibm's logf, those of sine and cosine Moshier's (Cephes, sinf.c).
 */

/** As spectrum64() of normals.as.ts: eight of each per row, `amplitude` and results in f32. */
export function spectrum32(words: usize, rows: i32, amplitude: usize, stride: usize, re: usize, im: usize): void {
  for (const end = words + 128 * rows; words < end; words += 128) {
    for (let half: usize = 0; half < 32; half += 16) {
      const at = words + half
      const radius = radius32(v128.load(at), v128.load(at, 32))
      const turn = i32x4.add(v128.load(at, 64), i32x4.splat(0x20000000)) // its upper two bits: the nearest quarter turn
      const rest = i32x4.sub(v128.and(turn, i32x4.splat(0x3fffffff)), i32x4.splat(0x20000000))
      const x = f32x4.mul(f32x4.convert_i32x4_s(rest), f32x4.splat(<f32>1.4629180792671596e-9)) // 2π 2⁻³²
      const z = f32x4.mul(x, x)
      const s = sine32(x, z)
      const c = cosine32(z)
      const next = i32x4.shl(turn, 1)
      const swap = v128.and(v128.xor(s, c), i32x4.shr_s(next, 31))
      const sign = i32x4.splat(0x80000000)
      const sine = v128.xor(v128.xor(s, swap), v128.and(turn, sign))
      const cosine = v128.xor(v128.xor(c, swap), v128.and(v128.xor(turn, next), sign))
      const scale = f32x4.mul(v128.load(amplitude + half), radius)
      v128.store(re + half, f32x4.mul(scale, sine))
      v128.store(im + half, f32x4.mul(scale, cosine))
    }
    amplitude += stride
    re += 32
    im += 32
  }
}

/** √(−2 log u) of the 52 bits in `upper` and `lower`. */
// @ts-ignore: decorator
@inline
function radius32(upper: v128, lower: v128): v128 {
  const mirrored = i32x4.shr_s(upper, 31) // u ≥ ½: the complement of all bits is that of 1 − u
  const high = f32x4.convert_i32x4_s(v128.xor(upper, mirrored))
  const low = f32x4.convert_i32x4_s(i32x4.shr_u(v128.xor(lower, mirrored), 12))
  const x = f32x4.add(
    f32x4.mul(high, f32x4.splat(<f32>2.3283064365386963e-10)), // 2⁻³²
    f32x4.mul(f32x4.add(low, f32x4.splat(0.5)), f32x4.splat(<f32>2.220446049250313e-16)), // 2⁻⁵²
  )
  const u = v128.bitselect(f32x4.sub(f32x4.splat(1), x), x, mirrored)
  const shifted = i32x4.add(u, i32x4.splat(0x3f800000 - 0x3f3504f3)) // + (1 − √½) as bits
  const k = i32x4.sub(i32x4.shr_u(shifted, 23), i32x4.splat(127))
  const mantissa = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
  // u = 2^k (1 + f); where u = 1 − x and k = 0, f = −x to all its digits
  const near = v128.and(mirrored, i32x4.eq(k, i32x4.splat(0)))
  const f = v128.bitselect(f32x4.neg(x), f32x4.sub(mantissa, f32x4.splat(1)), near)
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f))
  const z = f32x4.mul(s, s)
  const w = f32x4.mul(z, z)
  const even = f32x4.mul(w, line(0.40000972152, w, f32x4.splat(<f32>0.24279078841)))
  const odd = f32x4.mul(z, line(0.66666662693, w, f32x4.splat(<f32>0.28498786688)))
  const half = f32x4.mul(f32x4.mul(f32x4.splat(0.5), f), f)
  const sum = f32x4.mul(s, f32x4.add(half, f32x4.add(even, odd)))
  const exponent = f32x4.mul(f32x4.convert_i32x4_s(k), f32x4.splat(<f32>0.6931471805599453))
  const log = f32x4.add(exponent, f32x4.sub(f, f32x4.sub(half, sum)))
  return f32x4.sqrt(f32x4.mul(f32x4.splat(-2), log))
}

/** Sine and cosine for |x| ≤ π/4, z = x². */
// @ts-ignore: decorator
@inline
function sine32(x: v128, z: v128): v128 {
  const inner = line(-1.6666654611e-1, z, line(8.3321608736e-3, z, f32x4.splat(<f32>-1.9515295891e-4)))
  return f32x4.add(x, f32x4.mul(f32x4.mul(x, z), inner))
}
// @ts-ignore: decorator
@inline
function cosine32(z: v128): v128 {
  const inner = line(4.166664568298827e-2, z, line(-1.388731625493765e-3, z, f32x4.splat(<f32>2.443315711809948e-5)))
  const tail = f32x4.sub(f32x4.mul(f32x4.mul(z, z), inner), f32x4.mul(f32x4.splat(0.5), z))
  return f32x4.add(f32x4.splat(1), tail)
}

/** a + x y */
// @ts-ignore: decorator
@inline
function line(a: f64, x: v128, y: v128): v128 {
  return f32x4.add(f32x4.splat(<f32>a), f32x4.mul(x, y))
}
