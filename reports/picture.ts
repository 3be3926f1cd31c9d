/**
 * A square field as a PNG: value v becomes the color map at (v − low) / (high − low), one cell a block of pixels.
 * The first index of the field runs down, the second to the right, as a matrix is printed. Not a number is gray.
 */
import { PNG } from 'pngjs'
import type { Colormap } from './colormap.ts'
import type { Range } from './range.ts'

export { evenRangeOf, type Range, rangeOf } from './range.ts'

/** `values` are n × n, row-major. The picture is as wide as the least multiple of n that reaches `pixels`. */
export function fieldPng(
  values: ArrayLike<number>,
  n: number,
  { low, high }: Range,
  map: Colormap,
  pixels = 192,
): Buffer {
  if (values.length !== n * n) throw new Error(`field: ${values.length} values, expected ${n} × ${n}`)
  const block = Math.ceil(pixels / n)
  const width = high > low ? high - low : 1
  return encode(n * block, n * block, (x, y) => {
    const value = values[Math.floor(y / block) * n + Math.floor(x / block)]!
    return map((value - low) / width)
  })
}

/** The color map itself, `high` at the top. */
export function barPng(map: Colormap): Buffer {
  return encode(1, 256, (_x, y) => map(1 - y / 255))
}

function encode(width: number, height: number, color: (x: number, y: number) => readonly number[]): Buffer {
  const png = new PNG({ width, height })
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) png.data.set([...color(x, y), 255], (y * width + x) * 4)
  }
  return PNG.sync.write(png, { colorType: 2 })
}
