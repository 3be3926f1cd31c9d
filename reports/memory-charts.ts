/** The pictures of the papers on losses over catalogs: memory over the size of the catalog, and quality over memory. */
import { COLORS, draw, LETTER } from './charts.ts'
import { GAP, type Labelled, type Side, sidesOf } from './label-sides.ts'

/** One loss at one size of the catalog; bytes by formula, and as counted. */
export interface MemoryPoint {
  loss: string
  items: number
  model: number | null
  counted: number
}

/** Lines are the model, points are what was counted; both axes are logarithmic. */
export function memorySvg(points: readonly MemoryPoint[], alt: string): Promise<string> {
  const values = points.map(({ model, counted, ...rest }) => ({
    ...rest,
    model: model === null ? null : model / MIB,
    counted: counted / MIB,
  }))
  const domain = [...new Set(points.map(({ loss }) => loss))]
  const color = { field: 'loss', scale: { domain, range: COLORS }, legend: LEGEND }
  const x = { field: 'items', ...logarithmic('~s'), title: 'items' }
  return draw(
    {
      width: 420,
      height: 300,
      data: { values },
      layer: [
        {
          transform: [{ filter: 'datum.model !== null' }],
          mark: { type: 'line', strokeWidth: 1.5 },
          encoding: { x, y: { field: 'model', ...logarithmic('~g'), title: 'MiB of the loss' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 40, opacity: 1 },
          encoding: { x, y: { field: 'counted', ...logarithmic('~g') }, color },
        },
      ],
    },
    alt,
  )
}

/** Milliseconds of a step over the size of the catalog, one line each. */
export function timeSvg(
  points: readonly { series: string; items: number; ms: number }[],
  alt: string,
): Promise<string> {
  const domain = [...new Set(points.map(({ series }) => series))]
  return draw(
    {
      width: 420,
      height: 300,
      data: { values: points },
      mark: { type: 'line', strokeWidth: 1.5, point: { size: 30 } },
      encoding: {
        x: { field: 'items', ...logarithmic('~s'), title: 'items' },
        y: { field: 'ms', ...logarithmic('~g'), title: 'ms of a step' },
        color: { field: 'series', scale: { domain, range: COLORS }, legend: LEGEND },
      },
    },
    alt,
  )
}

/** One method: what its loss takes, and how well it does. */
export interface QualityPoint {
  name: string
  loss: string
  bytes: number
  value: number
}

/** Memory of the loss is logarithmic; each point has its name beside it. */
export function qualitySvg(points: readonly QualityPoint[], axis: string, alt: string): Promise<string> {
  const domain = [...new Set(points.map(({ loss }) => loss))]
  const sides = sidesOf(labelsOf(points))
  const values = points.map((point, n) => ({ ...point, mib: point.bytes / MIB, side: sides[n] }))
  const encoding = {
    x: { field: 'mib', ...logarithmic('~g'), title: 'MiB of the loss' },
    y: { field: 'value', type: 'quantitative', scale: { zero: false }, title: axis },
    color: { field: 'loss', scale: { domain, range: COLORS }, legend: null },
  }
  const names = (side: Side, align: string, dx: number) => ({
    transform: [{ filter: `datum.side === '${side}'` }],
    mark: { type: 'text', align, dx, fontSize: 11 },
    encoding: { text: { field: 'name' } },
  })
  return draw(
    {
      ...QUALITY,
      data: { values },
      encoding,
      layer: [
        { mark: { type: 'point', filled: true, size: 45, opacity: 1 } },
        names('right', 'left', GAP),
        names('left', 'right', -GAP),
      ],
    },
    alt,
  )
}

const QUALITY = { width: 420, height: 260 }

/** Where the points will be, but for the rounding of the axes. */
function labelsOf(points: readonly QualityPoint[]): Labelled[] {
  const across = points.map(({ bytes }) => Math.log(bytes))
  const up = points.map(({ value }) => value)
  const place = (values: readonly number[], n: number, size: number) => {
    const [least, most] = [Math.min(...values), Math.max(...values)]
    return most > least ? (size * (values[n]! - least)) / (most - least) : size / 2
  }
  return points.map(({ name }, n) => ({
    x: place(across, n, QUALITY.width),
    y: QUALITY.height - place(up, n, QUALITY.height),
    width: LETTER * name.length,
  }))
}

const MIB = 2 ** 20
/** `format` of the numbers on the axis: of counts '~s' (10k), of what may be small '~g' (0.1, where '~s' has 100m). */
const logarithmic = (format: '~s' | '~g') => ({
  type: 'quantitative',
  scale: { type: 'log' },
  axis: { tickCount: 5, format },
})
const LEGEND = { orient: 'right', title: null }
