/**
 * A track over all of its datasets: mean ranks and performance profiles.
 *
 * A profile (Dolan & Moré 2002, doi:10.1007/s101070100263) says on what share of the datasets a method is within a factor τ of
 * the best mean there: value ≤ τ · best where less is better, value ≥ best / τ where more is. A missing run is within no
 * factor. A mean rank stands only where no run is missing: a mean over fewer datasets would compare different tests.
 */
import { mean } from '../math/statistics.ts'
import type { Line, Standing } from './board.ts'
import { boundsOf } from './bounds.ts'

export interface Overall {
  datasets: readonly string[] // those with a ranked method, in the order of the standings
  factors: readonly number[] // τ
  methods: readonly {
    model: string
    loss: string
    ranks: readonly (number | null)[] // per dataset; null: missing
    meanRank: number | null // null where one is missing
    missing: number
    within: readonly number[] // per factor, the share of the datasets
  }[]
}

export const FACTORS: readonly number[] = [1, 1.1, 1.25, 1.5, 2, 3, 5, 10]

/** null where fewer than two datasets have a ranked method. Best mean rank first, then fewer missing, then by name. */
export function overallOf(standings: readonly Standing[]): Overall | null {
  const ranked = standings.filter(({ lines }) => lines.some(({ rank }) => rank !== null))
  if (ranked.length < 2) return null
  const pairs = new Map(
    ranked.flatMap(({ lines, metrics }) => {
      const bounds = boundsOf(lines, metrics[0])
      const methods = lines.filter((line) => !bounds.includes(line))
      return methods.map(({ model, loss }) => [`${model}\n${loss}`, { model, loss }])
    }),
  )
  const methods = [...pairs.values()].map(({ model, loss }) => {
    const own = ranked.map(({ lines }) => lines.find((line) => line.model === model && line.loss === loss))
    const ranks = own.map((line) => line?.rank ?? null)
    const ratios = own.map((line, d) => ratioOf(line, ranked[d]!))
    const missing = ranks.filter((rank) => rank === null).length
    return {
      model,
      loss,
      ranks,
      meanRank: missing > 0 ? null : mean(ranks as number[]),
      missing,
      within: FACTORS.map((factor) => ratios.filter((ratio) => ratio <= factor).length / ranked.length),
    }
  })
  const names = ({ model, loss }: { model: string; loss: string }) => `${model}\n${loss}`
  methods.sort(
    (a, b) =>
      (a.meanRank ?? Infinity) - (b.meanRank ?? Infinity) ||
      a.missing - b.missing ||
      (names(a) < names(b) ? -1 : 1),
  )
  return { datasets: ranked.map(({ dataset }) => dataset.name), factors: FACTORS, methods }
}

/** How many times worse than the best mean of the table, 1 for the best itself; Infinity where there is no value. */
function ratioOf(line: Line | undefined, { lines, metrics }: Standing): number {
  const { name, better } = metrics[0]!
  const scoreOf = (one: Line) => one.scores[name]?.value
  const value = line === undefined || line.rank === null ? undefined : scoreOf(line)
  if (value === undefined) return Infinity
  const values = lines.filter(({ rank }) => rank !== null).flatMap((one) => scoreOf(one) ?? [])
  const best = better === 'lower' ? Math.min(...values) : Math.max(...values)
  if (value === best) return 1
  const ratio = better === 'lower' ? value / best : best / value
  return ratio >= 1 ? ratio : Infinity // values of two signs have no factor between them
}
