/** The first byte after the constants of the module: where the host may begin to lay out its arrays. */
export function heapBase(): i32 {
  return <i32>__heap_base
}
