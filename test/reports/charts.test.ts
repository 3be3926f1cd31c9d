import assert from 'node:assert/strict'
import { curvesSvg, nameOf, scoresSvg } from '../../reports/charts.ts'
import { inlineSvg } from '../../reports/figures.ts'

const run = (model: string, values: readonly number[]) =>
  values.map((value, i) => ({ model, seed: 0, epoch: i + 1, value }))
const curves = (points: ReturnType<typeof run>, values?: readonly number[]) =>
  curvesSvg(points, { models: ['fno', 'unet'], ...(values && { values }) }, 'loss energy', 'words')
/** Lines of data: paths drawn in one of the series' colors that are not a legend's. */
const linesIn = (svg: string) =>
  [...svg.matchAll(/<path d="(M[^"]*L[^"]*)" stroke="#(?:3b82c4|d17026)"/g)].map(([, d]) => d!)

describe('reports/charts', () => {
  it('draws a line a run through a point an epoch', async () => {
    const svg = await curves([...run('fno', [3, 2, 1]), ...run('unet', [3, 2.5, 2])])
    const points = linesIn(svg).map((d) => d.split(/[ML]/).length - 1)
    assert.deepEqual(points, [3, 3])
    assert.ok(svg.includes('>loss energy</text>') && svg.includes('>unet</text>'))
  })

  it('is linear below a factor of five and logarithmic above', async () => {
    // Heights of 1, 10, 100 are even on a log scale; on a linear one the first step is a tenth of the second.
    const heights = async (values: readonly number[]) =>
      linesIn(await curves(run('fno', values)))[0]!
        .slice(1)
        .split('L')
        .map((point) => Number(point.split(',')[1]))
    assert.deepEqual(await heights([100, 10, 1]), [0, 75, 150])
    assert.deepEqual(await heights([4, 3, 2]), [0, 75, 150])
    const [top, middle, bottom] = (await heights([10, 1, -10])) as [number, number, number]
    assert.ok(bottom - middle > middle - top) // negative values cannot be logarithmic
  })

  it('shares a scale where it is told to', async () => {
    const [d] = linesIn(await curves(run('fno', [3, 2]), [0, 4]))
    assert.deepEqual(
      d!
        .slice(1)
        .split('L')
        .map((point) => Number(point.split(',')[1])),
      [37.5, 75],
    )
  })

  it('shows a run of one epoch as a point, and leaves out what is not finite', async () => {
    assert.match(await curves(run('fno', [1])), /<path[^>]*fill="#3b82c4"/)
    const [d] = linesIn(await curves(run('fno', [3, Number.NaN, 1])))
    assert.equal(d!.split(/[ML]/).length - 1, 2)
  })

  it('lists scores in the order given', async () => {
    const points = [
      { model: 'unet', loss: 'energy', value: 0.1, stderr: 0.01 },
      { model: 'fno', loss: 'energy', value: 0.2, stderr: 0.02 },
      { model: 'popularity', loss: 'none', value: 0.3, stderr: null },
    ]
    const svg = await scoresSvg(points, 'relative-l2 ↓', 'words')
    const order = [...svg.matchAll(/>(unet · energy|fno · energy|popularity)</g)].map(([, name]) => name)
    assert.deepEqual(order, points.map(nameOf))
  })

  it('escapes names, and is let into a page', async () => {
    const name = '<script>alert("1")</script> onload="x" url(#a) https://x.y'
    const svg = await scoresSvg(
      [
        { model: name, loss: 'none', value: 1, stderr: 0.1 },
        { model: 'b', loss: 'c', value: 2, stderr: 0.1 },
      ],
      name,
      name,
    )
    assert.ok(!svg.includes('<script'))
    const inside = inlineSvg(svg, 'scores')
    assert.ok(inside.startsWith('<svg role="img" aria-label="&#60;script&#62;alert(&#34;1'))
    assert.ok(!inside.includes('xmlns'))
  })

  it('has colors of a contrast of 3 or more on light and dark ground (WCAG 2.2, 1.4.11)', async () => {
    const models = Array.from({ length: 10 }, (_, i) => `m${i}`)
    const points = models.flatMap((model) => run(model, [2, 1]))
    const svg = await curvesSvg(points, { models }, 'all', 'words')
    const colors = new Set([...svg.matchAll(/stroke="#([0-9a-f]{6})"/g)].map(([, color]) => color!))
    assert.equal(colors.size, 10)
    for (const color of colors) {
      for (const ground of ['f6f6f6', '242424']) {
        const [high, low] = [luminance(color), luminance(ground)].sort((a, b) => b - a) as [number, number]
        assert.ok((high + 0.05) / (low + 0.05) >= 3, `#${color} on #${ground}`)
      }
    }
  })
})

/** Relative luminance of an sRGB color (WCAG 2.2). */
function luminance(hex: string): number {
  const [r, g, b] = [0, 2, 4]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
