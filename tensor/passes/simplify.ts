/**
 * What is changed while recording. Every pass keeps the value of every finite result, up to its rounding, −0 for 0, and
 * 0 for what is below 1e-30.
 * (x · 0 is not made 0: it is NaN where x is.)
 */
import type { Attrs, Typed, Value } from '../graph.ts'
import type { Recorder } from '../trace.ts'
import { alias } from './aliases.ts'
import { sinkBroadcasts } from './broadcasts.ts'
import { foldConstants, foldUniform } from './constants.ts'
import { moveScales } from './scales.ts'
import { moveSigns } from './signs.ts'
import { flushOperands } from './tiny.ts'

/** A call about to be recorded. */
export interface Recorded {
  kernel: string
  inputs: readonly Value[]
  names: readonly string[]
  attrs: Attrs
}
/** A simpler value with the same content, shape and type; undefined where there is none. */
export type Pass = (call: Recorded, outputs: readonly Typed[], recorder: Recorder) => Value | undefined

const passes: readonly Pass[] = [
  alias,
  foldUniform,
  sinkBroadcasts,
  foldConstants,
  moveSigns,
  moveScales,
  flushOperands,
]

export const simplify: Pass = (call, outputs, recorder) => {
  if (outputs.length !== 1) return undefined
  for (const pass of passes) {
    const simpler = pass(call, outputs, recorder)
    if (simpler !== undefined) return simpler
  }
  return undefined
}
