import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { diverging, type Rgb, viridis } from '../../reports/colormap.ts'
import { barPng, evenRangeOf, fieldPng, rangeOf } from '../../reports/picture.ts'

const gray = (t: number): Rgb => (Number.isNaN(t) ? [255, 0, 0] : [Math.round(t * 255), 0, 0])

function colorAt(png: PNG, x: number, y: number): number[] {
  return [...png.data.subarray((y * png.width + x) * 4, (y * png.width + x) * 4 + 3)]
}

describe('reports/picture', () => {
  it('draws the first index downwards and the second to the right, a block of pixels a cell', () => {
    const png = PNG.sync.read(fieldPng([0, 1, 2, 3], 2, { low: 0, high: 3 }, gray, 6))
    assert.deepEqual([png.width, png.height], [6, 6])
    const corners = [
      [0, 0],
      [5, 0],
      [0, 5],
      [5, 5],
    ].map(([x, y]) => colorAt(png, x!, y!)[0])
    assert.deepEqual(corners, [0, 85, 170, 255])
    assert.deepEqual([colorAt(png, 2, 2)[0], colorAt(png, 3, 3)[0]], [0, 255]) // the cells meet in the middle
  })

  it('is a PNG by the bytes of the format, not only by our own reader', () => {
    const png = fieldPng([7], 1, { low: 7, high: 7 }, gray, 1)
    assert.equal(png.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n')
    assert.equal(png.toString('latin1', 12, 16), 'IHDR')
    // width 1, height 1, depth 8, color type 2 (RGB)
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]], [1, 1, 8, 2])
    const at = png.indexOf('IDAT')
    const pixel = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
    assert.deepEqual([...pixel.subarray(1)], [0, 0, 0]) // after the filter byte: an even field is the low end
  })

  it('is at least as wide as asked, by whole blocks', () => {
    const size = (n: number) =>
      PNG.sync.read(fieldPng(new Float64Array(n * n), n, { low: 0, high: 1 }, gray)).width
    assert.deepEqual([16, 17, 64, 129].map(size), [192, 204, 192, 258])
  })

  it('shows what is no number in its own color', () => {
    const png = PNG.sync.read(fieldPng([Number.NaN, 0, 1, 0.5], 2, { low: 0, high: 1 }, viridis, 2))
    assert.deepEqual(colorAt(png, 0, 0), [128, 128, 128])
    assert.deepEqual(colorAt(png, 1, 0), [...viridis(0)])
  })

  it('has the high end of a color bar at the top', () => {
    const png = PNG.sync.read(barPng(diverging))
    assert.deepEqual([png.width, png.height], [1, 256])
    assert.deepEqual([colorAt(png, 0, 0), colorAt(png, 0, 255)], [[...diverging(1)], [...diverging(0)]])
  })

  it('refuses a field that is not square', () => {
    assert.throws(() => fieldPng([1, 2, 3], 2, { low: 0, high: 1 }, gray), /field: 3 values, expected 2 × 2/)
  })

  it('finds ranges of what is finite', () => {
    assert.deepEqual(rangeOf([1, Number.NaN, 3], [-2, Infinity]), { low: -2, high: 3 })
    assert.deepEqual(evenRangeOf([-2, 1]), { low: -2, high: 2 })
    assert.deepEqual(rangeOf([Number.NaN]), { low: 0, high: 1 })
  })
})
