/**
 * scores[r, j] = Σ_d states[r, d] · catalog[j, d] in f64, each sum in the order of d, multiplications and additions apart: the
 * digits of a plain loop. Four rows by four items at a time, so that no sum waits for another; the items of a panel lie side by
 * side at each d, two to a vector.
 *
 *   states   f64 [rows, width]           rows: a multiple of 4
 *   panels   f64 [items / 4, width, 4]   items: a multiple of 4
 *   scores   f64 [rows, items]
 */
export { heapBase } from './parts/heap.as'

export function logits(states: usize, panels: usize, scores: usize, rows: i32, items: i32, width: i32): void {
  const row = <usize>width * 8
  const stride = <usize>items * 8
  for (let j = 0; j < items; j += 4) {
    for (let r = 0; r < rows; r += 4) {
      fourByFour(states + <usize>r * row, panels, scores + <usize>r * stride + <usize>j * 8, row, stride)
    }
    panels += 4 * row
  }
}

/** Letters are rows, numbers are pairs of items. */
// @ts-ignore: decorator
@inline
function fourByFour(states: usize, panel: usize, scores: usize, row: usize, stride: usize): void {
  let a0 = f64x2.splat(0)
  let a1 = a0
  let b0 = a0
  let b1 = a0
  let c0 = a0
  let c1 = a0
  let d0 = a0
  let d1 = a0
  const second = states + row
  const third = second + row
  const fourth = third + row
  for (let at: usize = 0; at < row; at += 8) {
    const x0 = v128.load(panel)
    const x1 = v128.load(panel, 16)
    panel += 32
    const a = v128.load64_splat(states + at)
    a0 = f64x2.add(a0, f64x2.mul(a, x0))
    a1 = f64x2.add(a1, f64x2.mul(a, x1))
    const b = v128.load64_splat(second + at)
    b0 = f64x2.add(b0, f64x2.mul(b, x0))
    b1 = f64x2.add(b1, f64x2.mul(b, x1))
    const c = v128.load64_splat(third + at)
    c0 = f64x2.add(c0, f64x2.mul(c, x0))
    c1 = f64x2.add(c1, f64x2.mul(c, x1))
    const d = v128.load64_splat(fourth + at)
    d0 = f64x2.add(d0, f64x2.mul(d, x0))
    d1 = f64x2.add(d1, f64x2.mul(d, x1))
  }
  put(scores, a0, a1)
  put(scores + stride, b0, b1)
  put(scores + 2 * stride, c0, c1)
  put(scores + 3 * stride, d0, d1)
}

// @ts-ignore: decorator
@inline
function put(at: usize, x0: v128, x1: v128): void {
  v128.store(at, x0)
  v128.store(at, x1, 16)
}
