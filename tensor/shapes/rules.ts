/** The shape rule of every kernel that can be traced. Its twin is lower/rules.ts. */
import type { ShapeRule } from './call.ts'
import { elementwiseShapes } from './elementwise.ts'
import { gatherShapes } from './gather.ts'
import { imageShapes } from './image.ts'
import { reduceShapes } from './reduce.ts'
import { structureShapes } from './structure.ts'

export const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...elementwiseShapes,
  ...structureShapes,
  ...reduceShapes,
  ...gatherShapes,
  ...imageShapes,
}
