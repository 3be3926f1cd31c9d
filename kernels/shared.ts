/** Numbers in memory that other threads may read in place. Its bytes are not counted by the garbage collector: use it again, do not leave it behind. */
export function sharedNumbers(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length))
}

export function isShared({ buffer }: Float64Array): boolean {
  return buffer instanceof SharedArrayBuffer
}
