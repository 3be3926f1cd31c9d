/** One run of a method that is fitted, not trained. deps: the dataset. outs: the run folder. */
import { type FitRequest, fit as fitOn } from '../../benchmarks/fit.ts'
import type { Params, Work } from '../../contracts.ts'

/** In a child process of its own, as training is: the peaks of both stand in one column. */
export const fresh = true

const fit: Work<Params & FitRequest> = async ({ params, deps, outs }, ctx) =>
  fitOn(params, { data: ctx.dep(deps[0]!), out: ctx.out(outs[0]!) }, ctx)

export default fit
