/**
 * One field in a frame: title, picture, color bar with numbers. An SVG of its own, the pictures inside it as PNG.
 * Text takes the color of the page (currentColor), so that one file serves light and dark.
 */
import type { Colormap } from './colormap.ts'
import { html, type Markup, trusted } from './html.ts'
import { significant } from './numbers.ts'
import { barPng, fieldPng, type Range } from './picture.ts'

export interface Panel {
  title: string
  alt: string
  n: number
  values: ArrayLike<number> // n × n, row-major
  range: Range
  map: Colormap
}

export function panelSvg({ title, alt, n, values, range, map }: Panel): string {
  const { power, marks } = ticks(range)
  const place = (value: number) => TOP + SIDE * (1 - (value - range.low) / (range.high - range.low || 1))
  const labels = marks.map(
    ({ value, label }) =>
      html`<path d="M${BAR + 10} ${round(place(value))}h4" stroke="currentColor"/><text x="${BAR + 18}" y="${round(place(value) + 4)}">${label}</text>`,
  )
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${alt}" font-family="system-ui, sans-serif" font-size="11" fill="currentColor">
<text x="1" y="14" font-size="13">${title}</text>
${image(fieldPng(values, n, range, map, SIDE), 1, SIDE)}
${image(barPng(map), BAR, 10)}
${power !== 0 && html`<text x="${BAR}" y="14">×10<tspan dy="-4" font-size="9">${power}</tspan></text>`}
${labels}
</svg>
`.markup
}

/**
 * The multiples of 1, 2 or 5 times a power of ten within the range, a few of them. Far from 1 they are mantissas,
 * and the common power of ten is given apart.
 */
export function ticks({ low, high }: Range): { power: number; marks: { value: number; label: string }[] } {
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (!(high > low)) return { power: 0, marks: [{ value: low, label: significant(low, 3) }] }
  const exponent = Number(size.toExponential().split('e')[1])
  const power = exponent >= -1 && exponent < 4 ? 0 : exponent
  const step = roundStep((high - low) / 3)
  const decimals = Math.max(0, power - Number(step.toExponential().split('e')[1]))
  const marks: { value: number; label: string }[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    const label = ((i * step) / 10 ** power).toFixed(decimals)
    marks.push({ value: i * step, label: i === 0 ? '0' : label.replace('-', '−') })
  }
  return { power, marks }
}

const SIDE = 192
const TOP = 22
const BAR = SIDE + 10
const WIDTH = 264
const HEIGHT = TOP + SIDE + 8

function image(png: Buffer, x: number, width: number): Markup {
  const url = `data:image/png;base64,${png.toString('base64')}`
  const place = html`x="${x}" y="${TOP}" width="${width}" height="${SIDE}" preserveAspectRatio="none"`
  return trusted(`<image ${place.markup} href="${url}"/>`)
}

/** The largest of 1, 2, 5 times a power of ten that is at most `x`; the slack lets 0.1 + 0.2 be 0.3. */
function roundStep(x: number): number {
  const [mantissa, exponent] = (x * (1 + 1e-9)).toExponential().split('e').map(Number) as [number, number]
  return (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1) * 10 ** exponent
}

function round(x: number): number {
  return Math.round(x * 100) / 100
}
