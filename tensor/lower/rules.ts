/**
 * The lowering rule of every kernel that can be compiled. Its twin is shapes/rules.ts, which knows four kernels more:
 * Identity, ExpandDims, ZerosLike and OnesLike are always simplified away.
 */
import type { LowerRule } from './builder.ts'
import { convolutionRules } from './convolution.ts'
import { elementwiseRules } from './elementwise.ts'
import { fusedRules } from './fused.ts'
import { gatherRules } from './gather.ts'
import { imageRules } from './image.ts'
import { reduceRules } from './reduce.ts'
import { sineRules } from './sines.ts'
import { structureRules } from './structure.ts'
import { transcendentalRules } from './transcendental.ts'

export const lowerRules: Readonly<Record<string, LowerRule>> = {
  ...elementwiseRules,
  ...transcendentalRules,
  ...sineRules,
  ...structureRules,
  ...reduceRules,
  ...gatherRules,
  ...convolutionRules,
  ...imageRules,
  ...fusedRules,
}
