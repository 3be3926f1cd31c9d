import assert from 'node:assert/strict'
import { COSTS, costPlot } from '../../../reports/site/cost-plot.ts'
import { rankInterval } from '../../../reports/site/rank-interval.ts'
import { scaleOf } from '../../../reports/site/scale.ts'
import { line, score, standing } from '../lines.ts'

const AT = { track: 'operators', root: '' }
const one = (model: string, value: number, trainSeconds: number, isFront: boolean) =>
  line({
    model,
    scores: { 'relative-l2': score(value) },
    trainSeconds,
    predictSeconds: 0,
    pareto: { time: isFront, memory: null },
  })

describe('reports/site/scale', () => {
  it('places the ends of the values a twentieth within the ends of the drawing', () => {
    const { place, isLog, ticks } = scaleOf([1, 3], [0, 110])
    assert.equal(isLog, false)
    assert.deepEqual([place(1), place(2), place(3)], [5, 55, 105])
    assert.deepEqual(ticks, [1, 1.5, 2, 2.5, 3])
  })

  it('is logarithmic over a factor of five, and always for a cost', () => {
    const { place, isLog, ticks } = scaleOf([1, 1000], [0, 110])
    assert.equal(isLog, true)
    assert.deepEqual([place(1), place(1000)], [5, 105])
    assert.deepEqual(ticks, [1, 10, 100, 1000])
    assert.equal(scaleOf([1, 3], [0, 110], true).isLog, true)
    assert.equal(scaleOf([-1, 300], [0, 110]).isLog, false)
  })

  it('has ticks within its span for one value, and for spans of any size', () => {
    for (const values of [[5], [0], [1e-9, 1e9], [201.3, 203.1], [0.1, 0.45], [-3, 7]]) {
      const { ticks, place } = scaleOf(values, [0, 100], values[0]! > 0)
      assert.ok(ticks.length >= 1 && ticks.length <= 12, `${values}: ${ticks}`)
      assert.ok(
        ticks.every((tick) => place(tick) >= 0 && place(tick) <= 100),
        `${values}: ${ticks}`,
      )
    }
  })
})

describe('reports/site/cost-plot', () => {
  it('fills the points of the front and draws the stair through them, from the cheapest', () => {
    const lines = [one('slow', 0.1, 100, true), one('cheap', 0.3, 1, true), one('beaten', 0.4, 10, false)]
    const { markup } = costPlot(standing(lines), COSTS[0]!, AT)!
    const circles = [
      ...markup.matchAll(/aria-label="(\w+) · [^"]*".*?circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)"/g),
    ]
    assert.deepEqual(
      circles.map(([, name, kind]) => [name, kind]),
      [
        ['slow', 'front'],
        ['cheap', 'front'],
        ['beaten', 'behind'],
      ],
    )
    const [slow, cheap, beaten] = circles.map(([, , , x, y]) => [Number(x), Number(y)])
    assert.ok(cheap![0]! < beaten![0]! && beaten![0]! < slow![0]!) // dearer is further right
    assert.ok(slow![1]! < cheap![1]! && cheap![1]! < beaten![1]!) // better is higher
    assert.match(markup, new RegExp(`class="stair" d="M${cheap![0]} ${cheap![1]}H${slow![0]}V${slow![1]}H`))
  })

  it('writes no name over a point or another name', () => {
    const lines = [one('first', 0.1, 100, true), one('second', 0.1001, 99, true), one('far', 0.3, 1, true)]
    const { markup } = costPlot(standing(lines), COSTS[0]!, AT)!
    const names = [...markup.matchAll(/class="name"[^>]*>([^<]*)</g)].map(([, name]) => name)
    assert.deepEqual(names, ['far · relative-l2', 'second · relative-l2']) // the one of `first` would cover `second`
  })

  it('is nothing for fewer than two methods with score and cost', () => {
    assert.equal(costPlot(standing([one('a', 1, 1, true)]), COSTS[0]!, AT), null)
    assert.equal(costPlot(standing([one('a', 1, 1, true), one('b', 1, 0, true)]), COSTS[0]!, AT), null)
    assert.equal(costPlot(standing([], { metrics: [] }), COSTS[0]!, AT), null)
  })
})

describe('reports/site/rank-interval', () => {
  it('draws the first rank at the left end, the last at the right, and says it', () => {
    const { markup } = rankInterval({ rank: 1, range: [1, 5] }, 5)
    assert.match(markup, /aria-label="rank 1, could be 1 to 5 of 5"/)
    assert.match(markup, /class="range" d="M5 7H71"/)
    assert.match(markup, /circle cx="5"/)
    assert.match(rankInterval({ rank: 1, range: [1, 1] }, 1).markup, /aria-label="rank 1 of 1"/)
    assert.equal(rankInterval({ rank: null, range: null }, 5).markup, '—')
  })
})
