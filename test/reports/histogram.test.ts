import assert from 'node:assert/strict'
import fc from 'fast-check'
import { inlineSvg } from '../../reports/figures.ts'
import { binsOf, histogramSvg } from '../../reports/histogram.ts'

describe('reports/histogram', () => {
  it('cuts into equal steps, or equal ratios where values span more than a factor of four', () => {
    assert.deepEqual(binsOf([1, 2, 2.5, 3, 4], 3), {
      bins: [
        { from: 1, to: 2, count: 1 },
        { from: 2, to: 3, count: 2 },
        { from: 3, to: 4, count: 2 }, // the last bin has both of its ends
      ],
      isLog: false,
    })
    const { bins, isLog } = binsOf([1, 5, 10, 99, 100], 2)
    assert.deepEqual([isLog, bins.map(({ count }) => count)], [true, [2, 3]])
    assert.ok(Math.abs(bins[0]!.to - 10) < 1e-12) // √(1 · 100), rounded
  })

  it('has one bin for equal values and none for no values', () => {
    assert.deepEqual(binsOf([7, 7]).bins, [{ from: 7, to: 7, count: 2 }])
    assert.deepEqual(binsOf([Number.NaN, Infinity]).bins, [])
  })

  it('counts every finite value once', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 1, max: 30 }), (values, most) => {
        const count = binsOf(values, most).bins.reduce((sum, bin) => sum + bin.count, 0)
        assert.equal(count, values.filter(Number.isFinite).length)
      }),
    )
  })

  it('draws one bar a bin that holds something, as a picture that a page may show', async () => {
    const svg = await histogramSvg([1, 2, 2.5, 3, 4], { axis: 'width', what: 'rows', most: 3 })
    assert.match(svg, /aria-label="Histogram: rows by width, from 1.00 to 4.00"/)
    assert.equal(svg.match(/fill="#3b82c4"/g)?.length, 3)
    assert.doesNotThrow(() => inlineSvg(svg, 'contrast.svg'))
    assert.equal(await histogramSvg([1, 2, 2.5, 3, 4], { axis: 'width', what: 'rows', most: 3 }), svg)
  })
})
