/** A kernel for the tests of loading and of the pool. */
export { heapBase } from '../../kernels/parts/heap.as'

/** Σ of `count` f64 at `at`, doubled in place. */
export function double(at: i32, count: i32): f64 {
  let sum = 0.0
  for (let i = 0; i < count; i++) {
    const x = 2 * load<f64>(at + 8 * i)
    store<f64>(at + 8 * i, x)
    sum += x
  }
  return sum
}

/** Of `count` f64 at `at` and as many at `to`: their sums at `to`, their number at `to` + 64. A negative number at `at` traps. */
export function addAll(count: i32, at: i32, to: i32): void {
  for (let i = 0; i < count; i++) {
    const x = load<f64>(at + 8 * i)
    if (x < 0) unreachable()
    store<f64>(to + 8 * i, x + load<f64>(to + 8 * i))
  }
  store<f64>(to + 64, count)
}

/** Traps. */
export function fall(): void {
  unreachable()
}

/** Never returns: a word at `at` that nobody changes keeps it going. */
export function spin(at: i32): void {
  while (atomic.load<i32>(at) == 0) {}
}

export function nothing(): void {}
