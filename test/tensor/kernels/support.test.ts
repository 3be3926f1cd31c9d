import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { lowerRules } from '../../../tensor/lower/rules.ts'
import { rows, supportTable, triedKernels, withTable } from './support.ts'

describe('tensor kernels: the table of docs/engine.md', () => {
  const listed = rows.flatMap(({ kernels }) => kernels.split(' '))
  const tried = triedKernels()

  it('has every kernel that can be compiled once', () =>
    assert.deepEqual([...listed].sort(), Object.keys(lowerRules).sort()))
  it('is of kernels that all have a case, each on three shapes at least', () => {
    assert.deepEqual([...tried.keys()].sort(), Object.keys(lowerRules).sort())
    const few = [...tried].filter(([, { shapes }]) => shapes.size < 3)
    assert.deepEqual(
      few.map(([kernel]) => kernel),
      [],
    )
  })
  it('is current: `npm run docs:engine` writes it', () => {
    const page = readFileSync(new URL('../../../docs/engine.md', import.meta.url), 'utf8')
    assert.equal(page, withTable(page, supportTable(tried)))
  })
})
