import assert from 'node:assert/strict'
import { scheme } from 'vega'
import { diverging, MISSING, type Rgb, viridis } from '../../reports/colormap.ts'

const hex = (rgb: Rgb) => rgb.map((c) => c.toString(16).padStart(2, '0')).join('')

describe('reports/colormap', () => {
  it('begins and ends where viridis and RdBu do', () => {
    assert.deepEqual([0, 1].map(viridis).map(hex), ['440154', 'fde725'])
    assert.deepEqual([0, 0.5, 1].map(diverging).map(hex), ['053061', 'f7f7f7', '67001f'])
  })

  it('mixes between two entries: halfway from 440154 to 470d60', () => {
    // (0x44 + 0x47) / 2 = 69.5, (1 + 13) / 2 = 7, (0x54 + 0x60) / 2 = 90
    assert.deepEqual(viridis(1 / 64), [70, 7, 90])
  })

  it('stays at its ends beyond them, and knows what is no number', () => {
    assert.deepEqual([-1, -Infinity].map(viridis), [viridis(0), viridis(0)])
    assert.deepEqual([2, Infinity].map(viridis), [viridis(1), viridis(1)])
    assert.deepEqual(viridis(Number.NaN), MISSING)
  })

  it("agrees with the 256 colors of d3's viridis", () => {
    const theirs = scheme('viridis') as unknown as (t: number) => string
    let worst = 0
    for (let i = 0; i < 256; i++) {
      const expected = theirs(i / 255)
        .match(/\d+/g)!
        .map(Number)
      worst = Math.max(worst, ...viridis(i / 255).map((c, j) => Math.abs(c - expected[j]!)))
    }
    assert.ok(worst <= 2, `${worst} of 255`) // 1.6 by the interpolation, and half a step by rounding
  })

  it('grows lighter all the way, as a map of sizes must', () => {
    const lightness = Array.from({ length: 101 }, (_, i) => {
      const [r, g, b] = viridis(i / 100).map((c) => (c / 255) ** 2.2) as [number, number, number]
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    })
    assert.ok(lightness.every((y, i) => i === 0 || y > lightness[i - 1]!))
  })
})
