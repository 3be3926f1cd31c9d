/**
 * One stage of a Stockham transform for the radices 2, 3, 4 and 5: the twin of math/butterflies.ts, whose order of operations it
 * keeps, on f64x2 or f32x4 (T is f64 or f32).
 *
 * `from` and `to` are byte offsets of real parts; the imaginary parts lie `apart` and `toApart` bytes further on, those of the
 * roots `rootsApart` bytes. `width` is the bytes of the numbers side by side at each point, a multiple of 16; points are read
 * `stride` bytes apart and those of one butterfly `jump` bytes.
 * At p = 0 the roots are 1 and nothing is multiplied: against the twin only the sign of a zero can differ.
 */
export function butterflies<T>(
  radix: i32,
  from: usize,
  to: usize,
  apart: usize,
  toApart: usize,
  m: i32,
  step: i32,
  roots: usize,
  rootsApart: usize,
  width: usize,
  stride: usize,
): void {
  const jump = stride * m
  const none = v128.splat<T>(0)
  for (let p = 0; p < m; p++) {
    const w = roots + (<usize>(p * step)) * sizeof<T>()
    if (p == 0) {
      if (radix == 4) radix4<T>(from, to, apart, toApart, jump, width, true, none, none, none, none, none, none)
      else if (radix == 5) radix5<T>(from, to, apart, toApart, jump, width, true, roots, rootsApart, 0)
      else if (radix == 3) radix3<T>(from, to, apart, toApart, jump, width, true, none, none, none, none)
      else radix2<T>(from, to, apart, toApart, jump, width, true, none, none)
    } else if (radix == 5) {
      radix5<T>(from, to, apart, toApart, jump, width, false, w, rootsApart, p * step)
    } else {
      const c1 = v128.splat<T>(load<T>(w))
      const s1 = v128.splat<T>(load<T>(w + rootsApart))
      if (radix == 2) {
        radix2<T>(from, to, apart, toApart, jump, width, false, c1, s1)
      } else {
        const w2 = w + (<usize>(p * step)) * sizeof<T>()
        const c2 = v128.splat<T>(load<T>(w2))
        const s2 = v128.splat<T>(load<T>(w2 + rootsApart))
        if (radix == 3) {
          radix3<T>(from, to, apart, toApart, jump, width, false, c1, s1, c2, s2)
        } else {
          const w3 = w2 + (<usize>(p * step)) * sizeof<T>()
          const c3 = v128.splat<T>(load<T>(w3))
          const s3 = v128.splat<T>(load<T>(w3 + rootsApart))
          radix4<T>(from, to, apart, toApart, jump, width, false, c1, s1, c2, s2, c3, s3)
        }
      }
    }
    from += stride
    to += width * radix
  }
}

// @ts-ignore: decorator
@inline
function radix2<T>(
  from: usize,
  to: usize,
  apart: usize,
  toApart: usize,
  jump: usize,
  width: usize,
  unit: bool,
  c1: v128,
  s1: v128,
): void {
  for (const end = from + width; from < end; from += 16, to += 16) {
    const ar = v128.load(from)
    const ai = v128.load(from + apart)
    const br = v128.load(from + jump)
    const bi = v128.load(from + jump + apart)
    v128.store(to, v128.add<T>(ar, br))
    v128.store(to + toApart, v128.add<T>(ai, bi))
    put<T>(to + width, toApart, v128.sub<T>(ar, br), v128.sub<T>(ai, bi), unit, c1, s1)
  }
}

// @ts-ignore: decorator
@inline
function radix3<T>(
  from: usize,
  to: usize,
  apart: usize,
  toApart: usize,
  jump: usize,
  width: usize,
  unit: bool,
  c1: v128,
  s1: v128,
  c2: v128,
  s2: v128,
): void {
  const sin60 = v128.splat<T>(<T>0.8660254037844386)
  const half = v128.splat<T>(<T>0.5)
  for (const end = from + width; from < end; from += 16, to += 16) {
    const ar = v128.load(from)
    const ai = v128.load(from + apart)
    const br = v128.load(from + jump)
    const bi = v128.load(from + jump + apart)
    const cr = v128.load(from + 2 * jump)
    const ci = v128.load(from + 2 * jump + apart)
    const sumR = v128.add<T>(br, cr)
    const sumI = v128.add<T>(bi, ci)
    const turnR = v128.mul<T>(sin60, v128.sub<T>(bi, ci))
    const turnI = v128.mul<T>(sin60, v128.sub<T>(cr, br))
    const midR = v128.sub<T>(ar, v128.mul<T>(half, sumR))
    const midI = v128.sub<T>(ai, v128.mul<T>(half, sumI))
    v128.store(to, v128.add<T>(ar, sumR))
    v128.store(to + toApart, v128.add<T>(ai, sumI))
    put<T>(to + width, toApart, v128.add<T>(midR, turnR), v128.add<T>(midI, turnI), unit, c1, s1)
    put<T>(to + 2 * width, toApart, v128.sub<T>(midR, turnR), v128.sub<T>(midI, turnI), unit, c2, s2)
  }
}

// @ts-ignore: decorator
@inline
function radix4<T>(
  from: usize,
  to: usize,
  apart: usize,
  toApart: usize,
  jump: usize,
  width: usize,
  unit: bool,
  c1: v128,
  s1: v128,
  c2: v128,
  s2: v128,
  c3: v128,
  s3: v128,
): void {
  for (const end = from + width; from < end; from += 16, to += 16) {
    const ar = v128.load(from)
    const ai = v128.load(from + apart)
    const br = v128.load(from + jump)
    const bi = v128.load(from + jump + apart)
    const cr = v128.load(from + 2 * jump)
    const ci = v128.load(from + 2 * jump + apart)
    const dr = v128.load(from + 3 * jump)
    const di = v128.load(from + 3 * jump + apart)
    const acR = v128.add<T>(ar, cr)
    const acI = v128.add<T>(ai, ci)
    const minusR = v128.sub<T>(ar, cr)
    const minusI = v128.sub<T>(ai, ci)
    const bdR = v128.add<T>(br, dr)
    const bdI = v128.add<T>(bi, di)
    const turnR = v128.sub<T>(bi, di)
    const turnI = v128.sub<T>(dr, br)
    v128.store(to, v128.add<T>(acR, bdR))
    v128.store(to + toApart, v128.add<T>(acI, bdI))
    put<T>(to + width, toApart, v128.add<T>(minusR, turnR), v128.add<T>(minusI, turnI), unit, c1, s1)
    put<T>(to + 2 * width, toApart, v128.sub<T>(acR, bdR), v128.sub<T>(acI, bdI), unit, c2, s2)
    put<T>(to + 3 * width, toApart, v128.sub<T>(minusR, turnR), v128.sub<T>(minusI, turnI), unit, c3, s3)
  }
}

/** `w` is where the root of p lies and `p` its number: eight more splats than there are registers are loaded where they are used. */
// @ts-ignore: decorator
@inline
function radix5<T>(
  from: usize,
  to: usize,
  apart: usize,
  toApart: usize,
  jump: usize,
  width: usize,
  unit: bool,
  w: usize,
  rootsApart: usize,
  p: i32,
): void {
  const cos72 = v128.splat<T>(<T>0.30901699437494745)
  const sin72 = v128.splat<T>(<T>0.9510565162951535)
  const cos144 = v128.splat<T>(<T>-0.8090169943749475)
  const sin144 = v128.splat<T>(<T>0.5877852522924731)
  const next = (<usize>p) * sizeof<T>()
  for (const end = from + width; from < end; from += 16, to += 16) {
    const ar = v128.load(from)
    const ai = v128.load(from + apart)
    const br = v128.load(from + jump)
    const bi = v128.load(from + jump + apart)
    const cr = v128.load(from + 2 * jump)
    const ci = v128.load(from + 2 * jump + apart)
    const dr = v128.load(from + 3 * jump)
    const di = v128.load(from + 3 * jump + apart)
    const er = v128.load(from + 4 * jump)
    const ei = v128.load(from + 4 * jump + apart)
    const sum1R = v128.add<T>(br, er)
    const sum1I = v128.add<T>(bi, ei)
    const sum2R = v128.add<T>(cr, dr)
    const sum2I = v128.add<T>(ci, di)
    const gap1R = v128.sub<T>(br, er)
    const gap1I = v128.sub<T>(bi, ei)
    const gap2R = v128.sub<T>(cr, dr)
    const gap2I = v128.sub<T>(ci, di)
    const mid1R = plus<T>(ar, cos72, sum1R, cos144, sum2R)
    const mid1I = plus<T>(ai, cos72, sum1I, cos144, sum2I)
    const mid2R = plus<T>(ar, cos144, sum1R, cos72, sum2R)
    const mid2I = plus<T>(ai, cos144, sum1I, cos72, sum2I)
    const turn1R = v128.add<T>(v128.mul<T>(sin72, gap1I), v128.mul<T>(sin144, gap2I))
    const turn1I = v128.add<T>(v128.mul<T>(sin72, gap1R), v128.mul<T>(sin144, gap2R))
    const turn2R = v128.sub<T>(v128.mul<T>(sin144, gap1I), v128.mul<T>(sin72, gap2I))
    const turn2I = v128.sub<T>(v128.mul<T>(sin144, gap1R), v128.mul<T>(sin72, gap2R))
    v128.store(to, v128.add<T>(v128.add<T>(ar, sum1R), sum2R))
    v128.store(to + toApart, v128.add<T>(v128.add<T>(ai, sum1I), sum2I))
    at<T>(to + width, toApart, v128.add<T>(mid1R, turn1R), v128.sub<T>(mid1I, turn1I), unit, w, rootsApart)
    at<T>(to + 2 * width, toApart, v128.add<T>(mid2R, turn2R), v128.sub<T>(mid2I, turn2I), unit, w + next, rootsApart)
    at<T>(to + 3 * width, toApart, v128.sub<T>(mid2R, turn2R), v128.add<T>(mid2I, turn2I), unit, w + 2 * next, rootsApart)
    at<T>(to + 4 * width, toApart, v128.sub<T>(mid1R, turn1R), v128.add<T>(mid1I, turn1I), unit, w + 3 * next, rootsApart)
  }
}

/** x + a y + b z, from the left. */
// @ts-ignore: decorator
@inline
function plus<T>(x: v128, a: v128, y: v128, b: v128, z: v128): v128 {
  return v128.add<T>(v128.add<T>(x, v128.mul<T>(a, y)), v128.mul<T>(b, z))
}

/** (re + i im) · (c + i s) to one place; as they are where the root is 1. */
// @ts-ignore: decorator
@inline
function put<T>(to: usize, toApart: usize, re: v128, im: v128, unit: bool, c: v128, s: v128): void {
  if (unit) {
    v128.store(to, re)
    v128.store(to + toApart, im)
  } else {
    v128.store(to, v128.sub<T>(v128.mul<T>(re, c), v128.mul<T>(im, s)))
    v128.store(to + toApart, v128.add<T>(v128.mul<T>(re, s), v128.mul<T>(im, c)))
  }
}

/** The same with the root that lies at `w`. */
// @ts-ignore: decorator
@inline
function at<T>(to: usize, toApart: usize, re: v128, im: v128, unit: bool, w: usize, rootsApart: usize): void {
  put<T>(to, toApart, re, im, unit, v128.splat<T>(load<T>(w)), v128.splat<T>(load<T>(w + rootsApart)))
}
