import assert from 'node:assert/strict'
import { shownOf } from '../../../reports/board.ts'
import { boardTable } from '../../../reports/site/board-table.ts'
import { line, missing, ndcg, relativeL2, score, standing } from '../lines.ts'

const PLACE = { track: 'operators', root: '', isOpen: true }
const cells = (row: string) => [...row.matchAll(/data-v="([^"]*)"/g)].map(([, value]) => value)

describe('reports/site/board-table', () => {
  const lines = [
    line({ scores: { 'relative-l2': score(0.123456789, 0.01) }, range: [1, 2], groups: [0, 1], loss: 'h1' }),
    missing('unet', 'energy'),
  ]
  const [first, second] = boardTable(standing(lines), PLACE).markup.split('<tr class=').slice(1) as [
    string,
    string,
  ]

  it('sorts by numbers in full, shows them rounded, and leaves what is missing without one', () => {
    const all = ['1', '10002', '0', 'fno', 'h1', '0.123456789', '1234567', '310.4', String(512 * 2 ** 20)]
    assert.deepEqual(cells(first), all)
    assert.match(first, />0\.123 ± 0\.010</)
    assert.deepEqual(cells(second), ['', '', '', 'unet', 'energy', '', '', '', ''])
  })

  it('names the ties by letters, links the method, and can compute again what has scores', () => {
    assert.match(first, /<bdi>ab<\/bdi>/)
    assert.match(first, /href="methods\/operators\/fno--h1\.html"/)
    assert.match(first, /<button[^>]*data-line="fno--h1"/)
    assert.doesNotMatch(second, /<button/)
    assert.doesNotMatch(boardTable(standing(lines), { ...PLACE, isOpen: false }).markup, /class="recompute/)
  })

  it('shows metrics at the cut-off that ranks, and those that have none', () => {
    const named = (name: string) => ({ ...ndcg, name })
    const all = ['ndcg@10', 'mrr@10', 'ndcg@5', 'other'].map(named)
    assert.deepEqual(
      shownOf(all).map(({ name }) => name),
      ['ndcg@10', 'mrr@10', 'other'],
    )
    assert.deepEqual(shownOf([relativeL2]), [relativeL2])
    assert.deepEqual(shownOf([]), [])
  })
})
