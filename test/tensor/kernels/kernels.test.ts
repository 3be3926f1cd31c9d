import { elementwiseCases, reductionCases } from './cases.ts'
import { gatherCases } from './gather-cases.ts'
import { compare, SEED } from './harness.ts'
import { imageCases } from './image-cases.ts'
import { structureCases } from './structure-cases.ts'

const families = {
  elementwise: elementwiseCases,
  reductions: reductionCases,
  structure: structureCases,
  'look-ups': gatherCases,
  images: imageCases,
}

for (const [family, cases] of Object.entries(families))
  describe(`tensor kernels, compiled against eager: ${family} (seed ${SEED})`, () => {
    for (const it_ of cases) it(it_.name, () => compare(it_))
  })
