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

/** Traps. */
export function fall(): void {
  unreachable()
}

/** Never returns: a word at `at` that nobody changes keeps it going. */
export function spin(at: i32): void {
  while (atomic.load<i32>(at) == 0) {}
}

export function nothing(): void {}
