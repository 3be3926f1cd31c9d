/**
 * Philox4x32-10: four random words from a counter and a key, ten rounds of
 *
 *   (c0, c1, c2, c3) ← (hi(B·c2) ^ c1 ^ k0, lo(B·c2), hi(A·c0) ^ c3 ^ k1, lo(A·c0)),   k0 += W0, k1 += W1.
 *
 * No state: block i of a stream is made without blocks 0…i−1, on any machine, in any order.
 * Not for secrets.
 * Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (doi:10.1145/2063384.2063405), section 3.3;
 * checked against the vectors published with it.
 */

/** Ten rounds on a counter of four words under a key of two; the result goes into `out[0…3]`. */
export function philox4x32(
  counter: Uint32Array | readonly number[],
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  philoxBlock(counter[0]!, counter[1]!, counter[2]!, counter[3]!, key0, key1, out)
}

/** The same with the counter in registers, for inner loops. */
export function philoxBlock(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  let a = c0 | 0
  let b = c1 | 0
  let c = c2 | 0
  let d = c3 | 0
  let k0 = key0 | 0
  let k1 = key1 | 0
  for (let round = 0; round < 10; round++) {
    const highA = highWord(a, 0xd251, 0x1f53)
    const highC = highWord(c, 0xcd9e, 0x8d57)
    const lowA = Math.imul(a, 0xd2511f53)
    const lowC = Math.imul(c, 0xcd9e8d57)
    a = highC ^ b ^ k0
    b = lowC
    c = highA ^ d ^ k1
    d = lowA
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  out[0] = a
  out[1] = b
  out[2] = c
  out[3] = d
}

/**
 * A uniform number in (0, 1) from 64 random bits, of which 52 count: ((high · 2²⁰ + (low >> 12)) + ½) · 2⁻⁵².
 * All three operations are exact; 0 and 1 cannot occur.
 */
export function uniformOf(high: number, low: number): number {
  return ((high >>> 0) * 1048576 + (low >>> 12) + 0.5) * 2.220446049250313e-16
}

/**
 * Upper 32 bits of a · (2¹⁶ mh + ml), unsigned, by halves: a double holds no 64-bit product,
 * and int32 arithmetic that wraps is what the compiler keeps in registers.
 */
function highWord(a: number, mh: number, ml: number): number {
  const ah = a >>> 16
  const al = a & 0xffff
  const middle = (Math.imul(ah, ml) + (Math.imul(al, ml) >>> 16)) | 0
  const carry = (Math.imul(al, mh) + (middle & 0xffff)) | 0
  return (Math.imul(ah, mh) + (middle >>> 16) + (carry >>> 16)) | 0
}
