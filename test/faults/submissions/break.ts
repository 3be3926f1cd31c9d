/** A way to break a rule. */
import type { Rule } from '../../../benchmarks/submission/rule.ts'
import type { Rng } from '../../../contracts.ts'

export interface Broken<T = unknown> {
  rules: readonly Rule<T>[]
  given: T
  names: string
}
export interface Break {
  id: string
  draw(stream: Rng): Broken
}
