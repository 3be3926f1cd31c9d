import assert from 'node:assert/strict'
import type { Line } from '../../reports/board.ts'
import { overallOf } from '../../reports/overall.ts'
import { overallHtml, overallMarkdown } from '../../reports/overall-table.ts'
import { withPareto } from '../../reports/pareto.ts'
import { line, missing, ndcg, relativeL2, score, standing } from './lines.ts'

const said = (model: string, rank: number, value: number, metric = 'relative-l2'): Line =>
  line({ model, rank, range: [rank, rank], scores: { [metric]: score(value) } })

describe('reports/overall', () => {
  it('is the mean of ranks, and the share of datasets within a factor of the best', () => {
    const one = standing([said('a', 1, 0.1), said('b', 2, 0.15), said('c', 3, 1.2)])
    const other = standing([said('b', 1, 0.2), said('a', 1, 0.21), missing('c', 'relative-l2')])
    const overall = overallOf([one, other])!
    assert.deepEqual(
      overall.methods.map(({ model, ranks, meanRank, missing }) => [model, ranks, meanRank, missing]),
      [
        ['a', [1, 1], 1, 0],
        ['b', [2, 1], 1.5, 0],
        ['c', [3, null], null, 1],
      ],
    )
    // a: 1 and 1.05; b: 1.5 and 1; c: 12 and missing. Factors 1, 1.1, 1.25, 1.5, 2, 3, 5, 10.
    const within = overall.methods.map(({ within }) => within)
    assert.deepEqual(within[0], [0.5, 1, 1, 1, 1, 1, 1, 1])
    assert.deepEqual(within[1]!.slice(0, 3), [0.5, 0.5, 0.5])
    assert.deepEqual(within[1]!.slice(4), [1, 1, 1, 1]) // 0.15 / 0.1 is 1.5 up to its last bit
    assert.deepEqual(within[2], [0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('turns factors round where more is better, and knows a best of 0', () => {
    const metrics = [ndcg]
    const high = standing([said('a', 1, 0.4, 'ndcg@10'), said('b', 2, 0.2, 'ndcg@10')], { metrics })
    const zero = standing([said('a', 1, 0), said('b', 1, 0)], { metrics: [relativeL2] })
    const [a, b] = overallOf([high, zero])!.methods
    assert.deepEqual(a!.within, [1, 1, 1, 1, 1, 1, 1, 1])
    assert.deepEqual(b!.within, [0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1])
  })

  it('says nothing of one dataset, nor of one that nobody ran on', () => {
    const one = standing([said('a', 1, 0.1)])
    assert.equal(overallOf([one]), null)
    assert.equal(overallOf([one, standing([missing('a', 'relative-l2')])]), null)
  })

  it('is a table, harmless whatever the names are', () => {
    const name = '<b>|*x*'
    const overall = overallOf([standing([said(name, 1, 0.1)]), standing([said(name, 1, 0.1)])])!
    assert.equal(
      overallMarkdown(overall),
      '| model | loss | mean rank | missing | ≤ 1× | ≤ 1.1× | ≤ 1.5× | ≤ 2× | ≤ 5× |\n' +
        '| --- | --- | --: | --: | --: | --: | --: | --: | --: |\n' +
        '| &lt;b&gt;\\|\\*x\\* | relative-l2 | 1.00 |  | 100 % | 100 % | 100 % | 100 % | 100 % |\n',
    )
    assert.ok(!overallHtml(overall, 'id').markup.includes('<b>'))
  })
})

describe('reports/pareto', () => {
  it('marks what nothing beats in both', () => {
    const of = (value: number | null, trainSeconds: number | null, peakBytes: number | null) =>
      line({
        scores: value === null ? {} : { 'relative-l2': score(value) },
        trainSeconds,
        predictSeconds: 1,
        peakBytes,
      })
    const lines = [of(0.1, 100, 10), of(0.2, 10, 10), of(0.3, 50, 5), of(0.1, 100, null), of(null, 1, 1)]
    assert.deepEqual(
      withPareto(lines, relativeL2).map(({ pareto }) => [pareto.time, pareto.memory]),
      [
        [true, true], // the best; its equal does not beat it
        [true, false], // as much memory as the best, and worse
        [false, true],
        [true, null],
        [null, null], // no quality
      ],
    )
    const higher = withPareto([of(0.1, 1, 1), of(0.2, 1, 1)], { ...relativeL2, better: 'higher' })
    assert.deepEqual(
      higher.map(({ pareto }) => pareto.time),
      [false, true],
    )
  })
})
