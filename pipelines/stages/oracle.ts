/** What the law of a made log allows at best (benchmarks/oracle.ts). deps: the dataset. outs: the run folder, or one with absent.json. */
import { oracle as ask } from '../../benchmarks/oracle.ts'
import type { Params, Work } from '../../contracts.ts'

const oracle: Work<Params & { track: string; generator: readonly string[] }> = async (
  { params: { track, generator }, deps, outs },
  ctx,
) => ask({ track, generators: generator }, { data: ctx.dep(deps[0]!), out: ctx.out(outs[0]!) }, ctx)

export default oracle
