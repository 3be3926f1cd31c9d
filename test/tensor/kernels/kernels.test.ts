import { elementwiseCases, reductionCases } from './cases.ts'
import { gatherCases } from './gather-cases.ts'
import { compare, SEED } from './harness.ts'
import { imageCases } from './image-cases.ts'
import { opsCases } from './ops-cases.ts'
import { structureCases } from './structure-cases.ts'
import { compareWithDifferences, hasTruth } from './truth.ts'
import { windowCases } from './window-cases.ts'

const families = {
  elementwise: elementwiseCases,
  reductions: reductionCases,
  structure: structureCases,
  'look-ups': gatherCases,
  images: imageCases,
  windows: windowCases,
  'our own': opsCases,
}

for (const [family, cases] of Object.entries(families)) {
  describe(`tensor kernels, compiled against eager: ${family} (seed ${SEED})`, () => {
    for (const it_ of cases) it(it_.name, () => compare(it_))
  })
  describe(`tensor kernels, derivatives against differences: ${family} (seed ${SEED})`, () => {
    for (const it_ of cases.filter(hasTruth)) it(it_.name, () => compareWithDifferences(it_))
  })
}
