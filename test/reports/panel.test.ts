import assert from 'node:assert/strict'
import { PNG } from 'pngjs'
import { viridis } from '../../reports/colormap.ts'
import { inlineSvg } from '../../reports/figures.ts'
import { panelSvg, ticks } from '../../reports/panel.ts'

const labels = (low: number, high: number) => ticks({ low, high }).marks.map(({ label }) => label)

describe('reports/panel', () => {
  it('marks round numbers within the range', () => {
    assert.deepEqual(labels(0, 1), ['0', '0.2', '0.4', '0.6', '0.8', '1.0'])
    assert.deepEqual(labels(-2.1, 1.9), ['−2', '−1', '0', '1'])
    assert.deepEqual(labels(12, 13), ['12.0', '12.2', '12.4', '12.6', '12.8', '13.0'])
    assert.deepEqual(labels(0, 0.3), ['0', '0.1', '0.2', '0.3']) // 0.1 + 0.2 is 0.3 here
  })

  it('takes a common power of ten out of small and large numbers', () => {
    const { power, marks } = ticks({ low: -3e-4, high: 2e-3 })
    assert.equal(power, -3)
    assert.deepEqual(
      marks.map(({ label }) => label),
      ['0', '0.5', '1.0', '1.5', '2.0'],
    )
    assert.equal(ticks({ low: 0, high: 54321 }).power, 4)
  })

  it('has one mark where all values are equal', () => {
    assert.deepEqual(ticks({ low: 5, high: 5 }), { power: 0, marks: [{ value: 5, label: '5.00' }] })
  })

  it('frames the picture with title, words for those who do not see, and a bar', () => {
    const svg = panelSvg({
      title: 'x <of> "all"',
      alt: 'it\'s "x" & more',
      n: 2,
      values: [0, 1, 2, 3],
      range: { low: 0, high: 3 },
      map: viridis,
    })
    assert.match(svg, /aria-label="it&#39;s &#34;x&#34; &#38; more"/)
    assert.match(svg, /<text[^>]*>x &#60;of&#62; &#34;all&#34;<\/text>/)
    const pictures = [...svg.matchAll(/data:image\/png;base64,([^"]+)/g)].map(([, data]) =>
      PNG.sync.read(Buffer.from(data!, 'base64')),
    )
    assert.deepEqual(
      pictures.map(({ width, height }) => [width, height]),
      [
        [192, 192],
        [1, 256],
      ],
    )
    assert.doesNotThrow(() => inlineSvg(svg, 'panel'))
  })
})
