import assert from 'node:assert/strict'
import { join } from 'node:path'
import { cardOf } from '../../../reports/card.ts'
import { cardMarkdown } from '../../../reports/card-markdown.ts'
import operators from '../../../reports/cards/operators.ts'
import preconditioners from '../../../reports/cards/preconditioners.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'

describe('reports/cards/preconditioners', function () {
  this.timeout(60_000) // draws a chart

  it('says what is asked, what is hard and how A is made; the rest as of the operators', async () => {
    const folder = join(await temporary(), 'toy-fields')
    const dataset = await makeOperators(folder, { train: 3, valid: 1, test: 3 }, 'preconditioners')
    const card = await cardOf(preconditioners, dataset, folder)
    const other = await cardOf(operators, dataset, folder)
    const titles = card.sections.map(({ title }) => title)
    assert.deepEqual(titles, ['Question', ...other.sections.map(({ title }) => title)])
    const changed = card.sections.filter(
      ({ title, blocks }) =>
        JSON.stringify(blocks) !== JSON.stringify(other.sections.find((one) => one.title === title)?.blocks),
    )
    assert.deepEqual(
      changed.map(({ title }) => title),
      ['Question', 'What is interesting and challenging about the data', 'How to read it'],
    )
    const text = cardMarkdown(card, null)
    assert.doesNotMatch(text, /neighborhood of the node cannot be right|relative to ‖x‖/) // of operators
    assert.match(text, /```python\nimport scipy\.sparse as sp\n\ndef matrix\(k\):\n {4}n, k = /)
    assert.match(text, /contrast of k, [\d.]+ in the median and [\d.]+ at most/)
  })
})
