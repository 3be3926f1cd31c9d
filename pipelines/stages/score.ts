/** The scores of one run. deps: the run folder, then its dataset. outs: scores.json and rows.parquet. */
import { score as scoreRun } from '../../benchmarks/score.ts'
import type { Params, Work } from '../../contracts.ts'

const score: Work<Params & { track: string; metrics: readonly string[] }> = async (
  { params, deps, outs },
  ctx,
) => scoreRun(params, { run: ctx.dep(deps[0]!), data: ctx.dep(deps[1]!), out: ctx.out(outs[0]!) })

export default score
