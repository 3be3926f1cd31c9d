/** The scores of one run. deps: the run folder, then its dataset. outs: scores.json and rows.parquet; absent.json where there is no run. */
import { readAbsent, writeAbsent } from '../../benchmarks/absent.ts'
import { score as scoreRun } from '../../benchmarks/score.ts'
import type { Params, Work } from '../../contracts.ts'

const score: Work<Params & { track: string; metrics: readonly string[] }> = async (
  { params, deps, outs },
  ctx,
) => {
  const [run, data, out] = [ctx.dep(deps[0]!), ctx.dep(deps[1]!), ctx.out(outs[0]!)]
  const absent = await readAbsent(run)
  if (absent === null) return scoreRun(params, { run, data, out })
  await writeAbsent(out, absent)
  return { status: 'absent' }
}

export default score
