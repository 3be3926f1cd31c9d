/**
 * What a score costs: a point per method, cost to the right (logarithmic), the ranking metric upward. Filled points are on
 * the front (pareto.ts): nothing beats them in both. The stair is what one gets for a cost.
 */
import type { Line, MetricFacts, Standing } from '../board.ts'
import { nameOf } from '../charts.ts'
import { html, type Markup } from '../html.ts'
import { bytes, seconds, significant } from '../numbers.ts'
import { headOf } from '../table.ts'
import { methodPage } from './address.ts'
import { type Scale, scaleOf } from './scale.ts'

export interface Cost {
  title: string
  of(line: Line): number | null
  isFront(line: Line): boolean
  text(cost: number): string
}
export const COSTS: readonly Cost[] = [
  {
    title: 'seconds of training and predicting',
    of: ({ trainSeconds, predictSeconds }) =>
      trainSeconds === null || predictSeconds === null ? null : trainSeconds + predictSeconds,
    isFront: ({ pareto }) => pareto.time === true,
    text: seconds,
  },
  {
    title: 'peak memory',
    of: ({ peakBytes }) => (peakBytes === null ? null : peakBytes / 2 ** 20),
    isFront: ({ pareto }) => pareto.memory === true,
    text: (mebi) => bytes(mebi * 2 ** 20),
  },
]

interface Point {
  line: Line
  cost: number
  score: number
}

/** The points that the board says are on the front, from the cheapest to the best. */
export function frontOf(points: readonly Point[], cost: Cost): Point[] {
  return points.filter(({ line }) => cost.isFront(line)).sort((a, b) => a.cost - b.cost)
}

/** Nothing where fewer than two methods have both a score and a cost. */
export function costPlot(
  { metrics, lines }: Standing,
  cost: Cost,
  at: { track: string; root: string },
): Markup | null {
  const [metric] = metrics
  if (metric === undefined) return null
  const points = lines.flatMap((line): Point[] => {
    const [score, paid] = [line.scores[metric.name]?.value, cost.of(line)]
    return score === undefined || paid === null || !(paid > 0) ? [] : [{ line, cost: paid, score }]
  })
  if (points.length < 2) return null
  const front = frontOf(points, cost)
  const across = scaleOf(
    points.map((point) => point.cost),
    [LEFT, WIDTH - RIGHT],
    true,
  )
  const ends = [HEIGHT - BOTTOM, TOP] as const
  const up = scaleOf(
    points.map(({ score }) => score),
    metric.better === 'lower' ? [TOP, HEIGHT - BOTTOM] : ends,
  )
  const said = `${headOf(metric)} against ${cost.title}, ${points.length} methods; on the front: ${front.map(({ line }) => nameOf(line)).join(', ')}`
  return html`<figure class="cost"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label="${said}">
${axes(across, up, { x: `${cost.title} →`, y: `${metric.name}, better is ${metric.better === 'lower' ? 'lower, drawn higher' : 'higher'}`, text: cost.text })}
<path class="stair" d="${stair(front, across, up)}"/>
${points.map((point) => mark(point, { across, up, isFront: front.includes(point) }, cost, metric, at))}
${labels(front, points, across, up)}</svg></figure>`
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [460, 290, 58, 14, 26, 44]

function axes(
  across: Scale,
  up: Scale,
  { x, y, text }: { x: string; y: string; text: Cost['text'] },
): Markup {
  const floor = HEIGHT - BOTTOM
  const columns = across.ticks.map((tick) => {
    const place = across.place(tick)
    return html`<path class="grid" d="M${place} ${TOP}V${floor}"/><text x="${place}" y="${floor + 16}" text-anchor="middle">${text(tick)}</text>`
  })
  const rows = up.ticks.map((tick) => {
    const place = up.place(tick)
    return html`<path class="grid" d="M${LEFT} ${place}H${WIDTH - RIGHT}"/><text x="${LEFT - 7}" y="${place + 4}" text-anchor="end">${shortTick(tick)}</text>`
  })
  return html`${columns}${rows}<text x="${LEFT}" y="14">${y}</text><text x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">${x}</text>`
}

function shortTick(tick: number): string {
  const size = Math.abs(tick)
  if (tick === 0) return '0'
  return size < 1e-3 || size >= 1e5
    ? tick.toExponential(0).replace('e+', 'e')
    : String(Number(tick.toPrecision(3)))
}

function stair(front: readonly Point[], across: Scale, up: Scale): string {
  const steps = front.map(({ cost, score }, i) => {
    const [x, y] = [across.place(cost), up.place(score)]
    return i === 0 ? `M${x} ${y}` : `H${x}V${y}`
  })
  return `${steps.join('')}H${WIDTH - RIGHT}`
}

function mark(
  { line, cost, score }: Point,
  { across, up, isFront }: { across: Scale; up: Scale; isFront: boolean },
  { title, text }: Cost,
  metric: MetricFacts,
  { track, root }: { track: string; root: string },
): Markup {
  const said = `${nameOf(line)}: ${metric.name} ${significant(score, 3)}, ${title} ${text(cost)}`
  const names = html` data-model="${line.model}" data-loss="${line.loss}"`
  return html`<a href="${root}${methodPage(track, line)}" aria-label="${said}"${names}><title>${said}</title><circle class="${isFront ? 'front' : 'behind'}" cx="${across.place(cost)}" cy="${up.place(score)}" r="4.5"/></a>\n`
}

/** Names beside the points of the front, to the right or to the left, as far as they cover no other name and no point. */
function labels(front: readonly Point[], points: readonly Point[], across: Scale, up: Scale): Markup[] {
  const spots = new Map(
    points.map((point) => [point, { x: across.place(point.cost), y: up.place(point.score) }]),
  )
  const taken: Box[] = []
  return front.flatMap((point) => {
    const { line } = point
    const { x, y } = spots.get(point)!
    const width = 6.2 * [...nameOf(line)].length
    const others = points.filter((other) => other !== point).map((other) => around(spots.get(other)!))
    const sides = [x + 9, x - 9 - width].map((left) => ({
      left,
      right: left + width,
      top: y - 15,
      bottom: y,
    }))
    const box = sides.find(
      (side) =>
        side.left > LEFT && side.right < WIDTH - 2 && ![...taken, ...others].some((one) => meet(one, side)),
    )
    if (box === undefined) return []
    taken.push(box)
    return [
      html`<text class="name" x="${box.left < x ? box.right : box.left}" y="${y - 4}"${box.left < x && html` text-anchor="end"`} data-model="${line.model}" data-loss="${line.loss}">${nameOf(line)}</text>`,
    ]
  })
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

function around({ x, y }: { x: number; y: number }): Box {
  return { left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
