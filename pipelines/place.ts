/** Where new scores would stand among the finished runs of a profile: their rank there, and how far behind the best. */
import { join } from 'node:path'
import { byKey } from '../benchmarks/align.ts'
import { type Ranked, ranks, resolution } from '../benchmarks/rank.ts'
import type { Metric } from '../contracts.ts'
import { readParquet } from '../io/parquet.ts'
import { rng } from '../math/rng.ts'
import { methodsOf } from '../reports/board.ts'
import { readRuns } from './stages/leaderboard/read-runs.ts'

export interface Placed {
  ranked: Ranked // of the new one
  best: string
  of: number // methods, the new one among them
  visible: number | null
}

/** null where no finished run of the dataset has the same rows and metric. */
export async function placeAmong(
  root: string,
  {
    track,
    dataset,
    key,
    metric,
    better,
  }: { track: string; dataset: string; key: string; metric: string; better: Metric['better'] },
  rows: string,
): Promise<Placed | null> {
  const folders = { runs: join(root, 'runs', track, dataset), scores: join(root, 'scores', track, dataset) }
  const { runs } = await readRuns(folders, key)
  const { data } = byKey(await readParquet(rows), key)
  const own = Float64Array.from(data[metric] as Float64Array)
  const others = methodsOf(runs, runs).flatMap(({ model, loss, perRow }) => {
    const values = perRow[metric]
    return values?.length === own.length ? [{ name: `${model} with ${loss}`, perRow: values }] : []
  })
  if (others.length === 0) return null
  const all = [{ name: 'this submission', perRow: own }, ...others]
  const ranked = ranks(all, better, rng(0, 'place', track, dataset))
  const best = ranked.find(({ behind, groups }) => behind === null && groups.includes(0))
  return {
    ranked: ranked[0]!,
    best: best?.name ?? '',
    of: all.length,
    visible: resolution(all.map(({ perRow }) => perRow)),
  }
}
