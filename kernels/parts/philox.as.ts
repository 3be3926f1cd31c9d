/**
 * Philox4x32-10 (math/philox.ts, its twin), eight counters at a time in two groups of four lanes: the two groups have nothing
 * to do with each other, which keeps the multipliers busy. The counters are (block, attempt, address, purpose) with block
 * counting up, so that half of the first two rounds is the same for all of them and made once.
 */

/**
 * Words of the `rows` × `width` blocks first + row · stride + column to `to`, `width` a multiple of 8. Eight blocks lie
 * together, as 2 × 4 words of 0 (two vectors), 1, 2 and 3: 128 bytes.
 */
export function philoxGrid(
  to: usize,
  first: i32,
  rows: i32,
  stride: i32,
  width: i32,
  attempt: i32,
  address: i32,
  purpose: i32,
  key0: i32,
  key1: i32,
): void {
  // round 1 on c, which no block changes, and round 2 on a, which then is constant too
  const c1 = <u64>(<u32>address) * B
  const a1 = <i32>(c1 >> 32) ^ attempt ^ key0
  const b1 = <i32>c1
  const c2 = <u64>(<u32>a1) * A
  const high2 = i32x4.splat(<i32>(c2 >> 32) ^ (key1 + W1))
  const low2 = i32x4.splat(<i32>c2)
  const left2 = i32x4.splat(b1 ^ (key0 + W0))
  const right1 = i32x4.splat(purpose ^ key1)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column += 8) {
      const block = i32x4.add(i32x4.splat(first + row * stride + column), i32x4(0, 1, 2, 3))
      const other = i32x4.add(block, i32x4.splat(4))
      // after round 1: a and b as above, c = high(A · block) ^ purpose ^ key1, d = low(A · block)
      let p = lowPair(block, A)
      let q = highPair(block, A)
      let c = v128.xor(high(p, q), right1)
      let d = low(p, q)
      p = lowPair(other, A)
      q = highPair(other, A)
      let g = v128.xor(high(p, q), right1)
      let h = low(p, q)
      // after round 2: d is constant
      p = lowPair(c, B)
      q = highPair(c, B)
      let a = v128.xor(high(p, q), left2)
      let b = low(p, q)
      c = v128.xor(high2, d)
      p = lowPair(g, B)
      q = highPair(g, B)
      let e = v128.xor(high(p, q), left2)
      let f = low(p, q)
      g = v128.xor(high2, h)
      d = low2
      h = low2
      let k0 = key0 + 2 * W0
      let k1 = key1 + 2 * W1
      for (let round = 2; round < 10; round++) {
        const key0s = i32x4.splat(k0)
        const key1s = i32x4.splat(k1)
        p = lowPair(a, A)
        q = highPair(a, A)
        let r = lowPair(c, B)
        let s = highPair(c, B)
        a = v128.xor(v128.xor(high(r, s), b), key0s)
        b = low(r, s)
        c = v128.xor(v128.xor(high(p, q), d), key1s)
        d = low(p, q)
        p = lowPair(e, A)
        q = highPair(e, A)
        r = lowPair(g, B)
        s = highPair(g, B)
        e = v128.xor(v128.xor(high(r, s), f), key0s)
        f = low(r, s)
        g = v128.xor(v128.xor(high(p, q), h), key1s)
        h = low(p, q)
        k0 += W0
        k1 += W1
      }
      v128.store(to, a)
      v128.store(to, e, 16)
      v128.store(to, b, 32)
      v128.store(to, f, 48)
      v128.store(to, c, 64)
      v128.store(to, g, 80)
      v128.store(to, d, 96)
      v128.store(to, h, 112)
      to += 128
    }
  }
}

const A: u32 = 0xd2511f53
const B: u32 = 0xcd9e8d57
const W0: i32 = <i32>0x9e3779b9
const W1: i32 = <i32>0xbb67ae85

/** 64-bit products of lanes 0, 1 and of lanes 2, 3 with `factor`. */
// @ts-ignore: decorator
@inline
function lowPair(x: v128, factor: u32): v128 {
  return i64x2.extmul_low_i32x4_u(x, i32x4.splat(factor))
}
// @ts-ignore: decorator
@inline
function highPair(x: v128, factor: u32): v128 {
  return i64x2.extmul_high_i32x4_u(x, i32x4.splat(factor))
}
/** Lower and upper words of four products. */
// @ts-ignore: decorator
@inline
function low(p: v128, q: v128): v128 {
  return v128.shuffle<i32>(p, q, 0, 2, 4, 6)
}
// @ts-ignore: decorator
@inline
function high(p: v128, q: v128): v128 {
  return v128.shuffle<i32>(p, q, 1, 3, 5, 7)
}
