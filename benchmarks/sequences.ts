/** Histories as a network takes them: L places, the most recent item last, 0 where there was none. */

/** The last `length` items, padded on the left, written at `at`. */
export function putLast(to: Int32Array, at: number, items: Int32Array, length: number): void {
  const kept = items.subarray(Math.max(0, items.length - length))
  to.set(kept, at + length - kept.length)
}

/** Inputs s₁ … s_{n−1} and targets s₂ … s_n of a training sequence: the most recent `length` pairs. */
export function putPairs(
  to: { inputs: Int32Array; targets: Int32Array },
  at: number,
  sequence: Int32Array,
  length: number,
): void {
  putLast(to.inputs, at, sequence.subarray(0, -1), length)
  putLast(to.targets, at, sequence.subarray(1), length)
}

/** How often each item 1 … N occurs; index 0 is unused. */
export function countItems(sequences: readonly Int32Array[], items: number): Float64Array {
  const counts = new Float64Array(items + 1)
  for (const sequence of sequences) for (const item of sequence) counts[item]! += 1
  return counts
}

/** How many of the users took each item 1 … N at least once; index 0 is unused. */
export function countTakers(sequences: readonly Int32Array[], items: number): Float64Array {
  const counts = new Float64Array(items + 1)
  for (const sequence of sequences) for (const item of new Set(sequence)) counts[item]! += 1
  return counts
}
