/** A histogram as SVG: how many values fall between equal steps, of the logarithm where they span more than a factor of four. */
import { COLORS, draw } from './charts.ts'
import { significant } from './numbers.ts'

export interface Bin {
  from: number
  to: number
  count: number
}

const BINS = 24

/**
 * Equal steps from the least to the greatest value, the last bin with both of its ends; `isLog` when the steps are of the
 * logarithm. One bin where all values are equal. Values that are not finite are left out.
 */
export function binsOf(values: ArrayLike<number>, most = BINS): { bins: Bin[]; isLog: boolean } {
  const own = Float64Array.from(values).filter(Number.isFinite).sort()
  if (own.length === 0) return { bins: [], isLog: false }
  const [low, high] = [own[0]!, own[own.length - 1]!]
  if (low === high) return { bins: [{ from: low, to: high, count: own.length }], isLog: false }
  const isLog = low > 0 && high > 4 * low
  const edges = Array.from({ length: most + 1 }, (_, i) => {
    if (i === 0 || i === most) return i === 0 ? low : high
    return isLog ? low * (high / low) ** (i / most) : low + (high - low) * (i / most)
  })
  const bins = Array.from({ length: most }, (_, i) => ({ from: edges[i]!, to: edges[i + 1]!, count: 0 }))
  let at = 0
  for (const value of own) {
    while (at < most - 1 && value >= bins[at]!.to) at++
    bins[at]!.count++
  }
  return { bins, isLog }
}

/** `axis` names the values, `what` what is counted. */
export function histogramSvg(
  values: ArrayLike<number>,
  { axis, what, most }: { axis: string; what: string; most?: number },
): Promise<string> {
  const { bins, isLog } = binsOf(values, most)
  const scale = isLog ? { type: 'log', nice: false } : { zero: false, nice: false }
  const x = {
    field: 'from',
    type: 'quantitative',
    bin: 'binned',
    title: axis,
    scale,
    axis: { tickCount: 6, grid: false },
  }
  const spec = {
    width: 420,
    height: 160,
    data: { values: bins },
    mark: { type: 'bar', color: COLORS[0], binSpacing: 1 },
    encoding: {
      x,
      x2: { field: 'to' },
      y: { field: 'count', type: 'quantitative', title: what, axis: { tickCount: 5, tickMinStep: 1 } },
    },
  }
  const [first, last] = [bins[0], bins.at(-1)]
  const span =
    first === undefined ? 'empty' : `from ${significant(first.from, 3)} to ${significant(last!.to, 3)}`
  return draw(spec, `Histogram: ${what} by ${axis}, ${span}`)
}
