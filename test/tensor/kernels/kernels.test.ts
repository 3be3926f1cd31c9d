import { families } from './families.ts'
import { compare, SEED } from './harness.ts'
import { compareWithDifferences, hasTruth } from './truth.ts'

for (const [family, cases] of Object.entries(families)) {
  describe(`tensor kernels, compiled against eager: ${family} (seed ${SEED})`, () => {
    for (const it_ of cases) it(it_.name, () => compare(it_))
  })
  describe(`tensor kernels, derivatives against differences: ${family} (seed ${SEED})`, () => {
    for (const it_ of cases.filter(hasTruth)) it(it_.name, () => compareWithDifferences(it_))
  })
}
