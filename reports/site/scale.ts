/** From values to places on a drawing, with ticks at round numbers; logarithmic where values are positive and span a factor of five. */

export interface Scale {
  isLog: boolean
  ticks: readonly number[]
  place(value: number): number // to a tenth of a pixel
}

/** The whole span gets a margin of a twentieth at both ends. `from` is where the least value stands. */
export function scaleOf(
  values: readonly number[],
  [from, to]: readonly [number, number],
  isCost = false,
): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const isLog = least > 0 && (isCost || most > 5 * least)
  const [low, high] = widened(isLog ? Math.log10(least) : least, isLog ? Math.log10(most) : most)
  const place = (value: number) => {
    const share = ((isLog ? Math.log10(value) : value) - low) / (high - low)
    return Math.round((from + share * (to - from)) * 10) / 10
  }
  return { isLog, ticks: isLog ? logTicks(low, high) : evenTicks(low, high), place }
}

function widened(low: number, high: number): [number, number] {
  const margin = high > low ? (high - low) / 20 : Math.abs(low) / 10 || 0.5
  return [low - margin, high + margin]
}

/** Decades of a long span, 1, 2, 5 of a shorter one, even steps of one so short that a logarithm hardly bends. */
function logTicks(low: number, high: number): number[] {
  if (high - low < 0.6) return evenTicks(10 ** low, 10 ** high)
  const steps = high - low > 2.2 ? [1] : [1, 2, 5]
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i)
  const all = decades.flatMap((decade) => steps.map((step) => step * 10 ** decade))
  const inside = all.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high)
  const every = Math.ceil(inside.length / 6)
  return inside.filter((_, i) => i % every === 0)
}

function evenTicks(low: number, high: number): number[] {
  const raw = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw)!
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
