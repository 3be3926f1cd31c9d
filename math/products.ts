/** Products of a tall matrix with a small square one, f64, row-major: what a layer on many nodes costs. */

/** to += X W: X [M, d], W [d, d]. Four rows of W at a time, so that a sum is read and written once for four products. d any. */
export function addProduct(x: Float64Array, w: Float64Array, to: Float64Array, d: number): void {
  for (let at = 0; at < x.length; at += d) {
    let k = 0
    for (; k + 4 <= d; k += 4) {
      const [a, b, c, e] = [x[at + k]!, x[at + k + 1]!, x[at + k + 2]!, x[at + k + 3]!]
      const row = k * d
      for (let f = 0; f < d; f++)
        to[at + f]! +=
          a * w[row + f]! + b * w[row + d + f]! + c * w[row + 2 * d + f]! + e * w[row + 3 * d + f]!
    }
    for (; k < d; k++) {
      const a = x[at + k]!
      for (let f = 0; f < d; f++) to[at + f]! += a * w[k * d + f]!
    }
  }
}

/** to += Xᵀ Y: X, Y [M, d] → [d, d]. Four rows of X and Y at a time. */
export function addTransposedProduct(x: Float64Array, y: Float64Array, to: Float64Array, d: number): void {
  let at = 0
  for (; at + 4 * d <= x.length; at += 4 * d)
    for (let k = 0; k < d; k++) {
      const [a, b, c, e] = [x[at + k]!, x[at + d + k]!, x[at + 2 * d + k]!, x[at + 3 * d + k]!]
      for (let f = 0; f < d; f++)
        to[k * d + f]! +=
          a * y[at + f]! + b * y[at + d + f]! + c * y[at + 2 * d + f]! + e * y[at + 3 * d + f]!
    }
  for (; at < x.length; at += d)
    for (let k = 0; k < d; k++) for (let f = 0; f < d; f++) to[k * d + f]! += x[at + k]! * y[at + f]!
}

export function transposed(w: Float64Array, d: number): Float64Array {
  return w.map((_, n) => w[(n % d) * d + Math.floor(n / d)]!)
}
