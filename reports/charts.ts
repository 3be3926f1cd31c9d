/**
 * Charts as SVG text, drawn by Vega without a browser. Frames and text take the color of the page (currentColor);
 * the colors of the series have about the same contrast on light and on dark ground, and each series has a dash or a
 * shape of its own, so that nothing rests on color alone. Nothing is loaded: all data stands in the specification.
 */
import { Error as ERRORS, parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { escapeHtml, visible } from './text.ts'

/** One point of a training curve. */
export interface CurvePoint {
  model: string
  seed: number
  epoch: number
  value: number
}

/** One row of the table as a point with its standard error. */
export interface ScorePoint {
  model: string
  loss: string
  value: number
  stderr: number | null
}

/** What the charts of a figure have in common. */
export interface Shared {
  models: readonly string[] // of all charts: each model keeps its color
  values?: readonly number[] // of all charts, where they have one scale
}

/**
 * `value` over epochs, one line a run; seeds of a model share its color. The axis is logarithmic where all values are
 * positive and span more than a factor of five.
 */
export function curvesSvg(
  points: readonly CurvePoint[],
  { models, values: scaled }: Shared,
  title: string,
  alt: string,
): Promise<string> {
  const values = points
    .filter((point) => Number.isFinite(point.value))
    .map((point) => ({ ...point, run: `${point.model} ${point.seed}` }))
  const last = Math.max(1, ...values.map((point) => point.epoch))
  const series = { legend: LEGEND, field: 'model' }
  const spec = {
    title: { text: title, anchor: 'start', fontWeight: 'normal', frame: 'group' },
    width: 210,
    height: 150,
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5, ...(last === 1 && { point: { size: 20 } }) },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', ...wholeNumbers(last) },
      y: {
        field: 'value',
        type: 'quantitative',
        title: null,
        ...verticalOf(scaled ?? values.map((point) => point.value)),
      },
      detail: { field: 'run' },
      color: { ...series, scale: { domain: models, range: COLORS } },
      strokeDash: { ...series, scale: { domain: models, range: DASHES } },
    },
  }
  return draw(spec, alt)
}

/** Scores in the order given, from top to bottom, with a bar of 1.96 standard errors to each side; color and shape tell the loss. */
export function scoresSvg(points: readonly ScorePoint[], axis: string, alt: string): Promise<string> {
  const values = points.map((point) => ({
    ...point,
    name: nameOf(point),
    low: point.value - 1.96 * (point.stderr ?? 0),
    high: point.value + 1.96 * (point.stderr ?? 0),
  }))
  const domain = [...new Set(points.map((point) => point.loss))]
  const longest = Math.max(...values.map(({ name }) => name.length))
  const x = { type: 'quantitative', scale: { zero: false }, title: axis, axis: { tickCount: 6 } }
  const spec = {
    width: 340,
    height: { step: 17 },
    data: { values },
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        sort: null,
        title: null,
        axis: { labelAlign: 'left', labelPadding: 6 + LETTER * longest },
      },
      color: { field: 'loss', legend: null, scale: { domain, range: COLORS } },
    },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, size: 45, opacity: 1 },
        encoding: { x: { ...x, field: 'value' }, shape: { field: 'loss', legend: null, scale: { domain } } },
      },
    ],
  }
  return draw(spec, alt)
}

/** How a method is called where model and loss share a line. A fitted method has the loss `none`, which is left out. */
export function nameOf({ model, loss }: { model: string; loss: string }): string {
  return loss === 'none' ? model : `${model} · ${loss}`
}

const LEGEND = { orient: 'bottom', offset: 8, columns: 3, symbolType: 'stroke', symbolSize: 300, title: null }

/** Width of a letter in pixels, on the wide side. Vega does not know it without a browser; left-aligned names need no better. */
export const LETTER = 6.5

/** Contrast between 3 and 5 (WCAG) on the grounds that pictures stand on, #f6f6f6 and #242424. */
export const COLORS = '#3b82c4 #d17026 #2f9e5b #d1495b #9467d6 #a5745a #2a9d9d #d65f9e #8f9135 #8a8f98'.split(
  ' ',
)
/** One fewer than colors: both go around, and only the 91st line looks like the first. */
export const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 1],
  [1, 3],
  [10, 4],
  [6, 2, 1, 2],
  [3, 5],
]

const text = { labelColor: 'currentColor', titleColor: 'currentColor', titleFontWeight: 'normal' }
const size = { labelFontSize: 11, titleFontSize: 11, labelLimit: 260 }
const line = (name: string, opacity: number) => ({
  [`${name}Color`]: 'currentColor',
  [`${name}Opacity`]: opacity,
})
const CONFIG = {
  aria: false,
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: { ...text, ...size, ...line('grid', 0.14), ...line('domain', 0.45), ...line('tick', 0.45) },
  legend: { ...text, ...size, symbolStrokeWidth: 1.5, columnPadding: 14 },
  title: { color: 'currentColor', fontSize: 13 },
}

/** An axis of epochs, ticks at whole ones only. */
function wholeNumbers(last: number): object {
  const axis = { tickMinStep: 1, tickCount: Math.min(6, last), format: 'd', grid: false }
  return { axis, scale: { zero: false, nice: false } }
}

function verticalOf(values: readonly number[]): object {
  const domain = [Math.min(...values), Math.max(...values)] as const
  const logarithmic = domain[0] > 0 && domain[1] > 5 * domain[0]
  const scale = logarithmic ? { type: 'log', nice: false } : { zero: false }
  return { scale: { ...scale, domain }, axis: { tickCount: 5 } }
}

/** Any Vega-Lite specification as SVG text in our colors; `alt` is what a reader hears instead. */
export async function draw(spec: object, alt: string): Promise<string> {
  const chart = compile({ ...spec, config: CONFIG } as TopLevelSpec).spec
  const loader = {
    load: refuse,
    sanitize: refuse,
    http: refuse,
    file: refuse,
    options: {},
    fileAccess: false,
  }
  const view = new View(parse(chart), { renderer: 'none', logLevel: ERRORS, loader })
  try {
    return compact(visible(await view.toSVG()), alt) // names stand in it as Vega escapes them
  } finally {
    view.finalize()
  }
}

/** Leaves out what draws nothing, rounds lengths to a hundredth of a pixel, and adds what a reader hears instead. */
function compact(svg: string, alt: string): string {
  return svg
    .replace(
      / (?:aria-hidden="true"|pointer-events="none"|opacity="1"|class="[^"]*"|role="graphics-[a-z]+"|aria-roledescription="[^"]*")/g,
      '',
    )
    .replace(/<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?\/>/g, '')
    .replace(/ (?:d|transform)="[^"]*"/g, (place) => place.replace(/-?\d+\.\d{3,}/g, (x) => String(round(x))))
    .replace('<svg ', () => `<svg role="img" aria-label="${escapeHtml(alt)}" `)
}

function round(x: string): number {
  return Math.round(Number(x) * 100) / 100
}

async function refuse(): Promise<never> {
  throw new Error('a chart loads nothing')
}
