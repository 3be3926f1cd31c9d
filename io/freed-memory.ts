/**
 * Memory that is freed stays with the process, to be used again.
 *
 * The allocator of glibc gives large blocks back to the system as soon as they are freed, and a block taken anew is touched for
 * the first time, page by page: a page fault each. How large is large it learns from the largest block that was freed, up to
 * 32 MiB (M_MMAP_THRESHOLD in mallopt(3)). So one of that size is taken and freed here, without touching it. Other allocators do
 * not mind.
 *
 * Measured on a virtual machine where a fault takes 19 µs: up to one fault a page and 600 µs for each 128 KiB of a new array, which is
 * what a row of 128² is solved in; 20 µs afterwards (decision 0023).
 */
export function keepFreedMemory(): void {
  if (kept) return
  kept = true
  const { port1 } = new MessageChannel()
  port1.close()
  const block = new ArrayBuffer(LARGEST)
  port1.postMessage(block, [block]) // a port that is closed takes it from us and frees it at once, without a garbage collector
}

/** The most that the threshold may grow to, less the allocator's own words. */
const LARGEST = 2 ** 25 - 2 ** 16
let kept = false
