import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Dataset } from '../../../contracts.ts'
import { cardOf } from '../../../reports/card.ts'
import { cardMarkdown } from '../../../reports/card-markdown.ts'
import operators from '../../../reports/cards/operators.ts'
import { fieldRows, fieldSchema, GRID, makeDataset, temporary } from '../../benchmarks/toy-datasets.ts'

/** Rows as somebody else may have made them: no contrasts, nothing said of how. */
async function cardWith(params: Dataset['params']): Promise<string> {
  const folder = join(await temporary(), 'toy-fields')
  const { contrast: _, ...schema } = fieldSchema
  const rows = fieldRows(3, 'test')
  const { contrast: __, ...data } = rows.data
  const head = { name: 'toy-fields', track: 'operators', schema, facts: { grid: GRID } }
  const dataset = await makeDataset(folder, head, [['test', { ...rows, data }]])
  return cardMarkdown(await cardOf(operators, { ...dataset, params }, folder), null)
}

describe('reports/cards/operators', function () {
  this.timeout(60_000) // draws rows

  it('claims nothing of a dataset whose manifest does not tell it', async () => {
    const text = await cardWith({})
    assert.doesNotMatch(
      text,
      /undefined|k = 1 everywhere|was accepted|computed again|operator is the same for all rows/,
    )
    for (const sentence of [/names no generator/, /has no column of contrasts/, /does not say what solved/])
      assert.match(text, sentence)
  })

  it('says of Poisson problems that k is 1, without a column of contrasts too', async () => {
    const text = await cardWith({ generator: 'poisson', solver: 'multigrid' })
    for (const sentence of [
      /k = 1 everywhere/,
      /operator is the same for all rows/,
      /Solved by multigrid; every residual/,
      /Every row was accepted/,
    ])
      assert.match(text, sentence)
  })
})
