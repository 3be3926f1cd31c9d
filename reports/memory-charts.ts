/** The pictures of the papers on losses over catalogs: memory over the size of the catalog, and quality over memory. */
import { COLORS, draw } from './charts.ts'

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
  const x = { field: 'items', ...LOGARITHMIC, title: 'items' }
  return draw(
    {
      width: 420,
      height: 300,
      data: { values },
      layer: [
        {
          transform: [{ filter: 'datum.model !== null' }],
          mark: { type: 'line', strokeWidth: 1.5 },
          encoding: { x, y: { field: 'model', ...LOGARITHMIC, title: 'MiB of the loss' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 40, opacity: 1 },
          encoding: { x, y: { field: 'counted', ...LOGARITHMIC }, color },
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
        x: { field: 'items', ...LOGARITHMIC, title: 'items' },
        y: { field: 'ms', ...LOGARITHMIC, title: 'ms of a step' },
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
  const encoding = {
    x: { field: 'mib', ...LOGARITHMIC, title: 'MiB of the loss' },
    y: { field: 'value', type: 'quantitative', scale: { zero: false }, title: axis },
    color: { field: 'loss', scale: { domain, range: COLORS }, legend: null },
  }
  return draw(
    {
      width: 420,
      height: 260,
      data: { values: points.map((point) => ({ ...point, mib: point.bytes / MIB })) },
      encoding,
      layer: [
        { mark: { type: 'point', filled: true, size: 45, opacity: 1 } },
        {
          mark: { type: 'text', align: 'left', dx: 7, fontSize: 11 },
          encoding: { text: { field: 'name' } },
        },
      ],
    },
    alt,
  )
}

const MIB = 2 ** 20
const LOGARITHMIC = { type: 'quantitative', scale: { type: 'log' }, axis: { tickCount: 5, format: '~s' } }
const LEGEND = { orient: 'right', title: null }
