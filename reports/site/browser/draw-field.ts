/** A square field into a canvas of n × n pixels, the first index down; the sheet makes it larger without blurring it. */
import { shortNumber } from '../../card-tables.ts'
import { diverging, viridis } from '../../colormap.ts'
import type { Range } from '../../range.ts'

const MAPS = { viridis, diverging }

export function drawField(
  canvas: HTMLCanvasElement,
  values: Float64Array,
  range: Range,
  map: keyof typeof MAPS,
): void {
  const n = Math.round(Math.sqrt(values.length))
  const width = range.high > range.low ? range.high - range.low : 1
  canvas.width = n
  canvas.height = n
  const context = canvas.getContext('2d')!
  const image = context.createImageData(n, n)
  for (const [i, value] of values.entries())
    image.data.set([...MAPS[map]((value - range.low) / width), 255], 4 * i)
  context.putImageData(image, 0, 0)
  const [low, high] = [shortNumber(range.low), shortNumber(range.high)]
  const frame = canvas.parentElement
  const title = canvas.dataset.title ?? (canvas.dataset.title = canvas.getAttribute('aria-label') ?? '')
  canvas.setAttribute('aria-label', `${title}, from ${low} to ${high}`)
  frame?.querySelector('.low')?.replaceChildren(low)
  frame?.querySelector('.high')?.replaceChildren(high)
}
