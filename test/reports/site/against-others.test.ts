import assert from 'node:assert/strict'
import { html } from '../../../reports/html.ts'
import { againstOthers } from '../../../reports/site/against-others.ts'
import { line, ndcg, score, standing } from '../lines.ts'

describe('reports/site/against-others', () => {
  const of = (model: string, value: number, pairs: Record<string, number>) =>
    line({ model, loss: 'none', scores: { [ndcg.name]: score(value) }, pairs })
  const [best, worst] = [of('best', 0.05, { worst_none: 0.0004, '<b>_none': 0.2 }), of('worst', 0.03, {})]
  const at = { track: 'recommenders', root: '../' }

  it('says the difference and the p-value of each pair, and who the other is', () => {
    const lines = [best, of('<b>', 0.0525, {}), worst]
    const page = html`${againstOthers(standing(lines, { metrics: [ndcg] }), best, at)}`.markup
    const rows = [...page.matchAll(/<bdi>(.*?)<\/bdi>.*?number">(.*?)<.*?number">(.*?)</g)]
    assert.deepEqual(
      rows.map((row) => row.slice(1)),
      [
        ['&#60;b&#62;', '−0.00250', '0.20'],
        ['worst', '+0.0200', '0.00040'],
      ],
    )
    assert.match(page, /ndcg@10, higher is better/)
  })

  it('is not there for a method without a rank, nor of a board that knows no pairs', () => {
    assert.equal(againstOthers(standing([best, worst], { metrics: [ndcg] }), worst, at), false)
    assert.equal(againstOthers(standing([best, worst], { metrics: [] }), best, at), false)
  })
})
