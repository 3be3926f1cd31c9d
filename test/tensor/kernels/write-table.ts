/** `npm run docs:engine`: runs every case, then writes the table of kernels into docs/engine.md; one failure, and it does not. */
import { readFileSync, writeFileSync } from 'node:fs'
import { families } from './families.ts'
import { compare } from './harness.ts'
import { supportTable, withTable } from './support.ts'
import { compareWithDifferences, hasTruth } from './truth.ts'

const cases = Object.values(families).flat()
let failures = 0
for (const it of cases) {
  try {
    await compare(it)
    if (hasTruth(it)) await compareWithDifferences(it)
  } catch (error) {
    failures++
    console.error(`${it.name}: ${(error as Error).message}`)
  }
}
const page = new URL('../../../docs/engine.md', import.meta.url)
if (failures === 0) {
  const before = readFileSync(page, 'utf8')
  writeFileSync(page, withTable(before, supportTable()))
}
console.log(
  `${cases.length} cases, ${failures} failed; the table was ${failures === 0 ? 'written' : 'left as it is'}`,
)
process.exitCode = failures === 0 ? 0 : 1
