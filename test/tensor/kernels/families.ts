/** All cases, by family. */
import { elementwiseCases, reductionCases } from './cases.ts'
import { gatherCases } from './gather-cases.ts'
import type { Case } from './harness.ts'
import { imageCases } from './image-cases.ts'
import { opsCases } from './ops-cases.ts'
import { structureCases } from './structure-cases.ts'
import { windowCases } from './window-cases.ts'

export const families: Readonly<Record<string, readonly Case[]>> = {
  elementwise: elementwiseCases,
  reductions: reductionCases,
  structure: structureCases,
  'look-ups': gatherCases,
  images: imageCases,
  windows: windowCases,
  'our own': opsCases,
}
