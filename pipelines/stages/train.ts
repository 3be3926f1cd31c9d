/** One run of the benchmark: a model with a loss on a dataset, under a seed. deps: the dataset. outs: the run folder. */
import type { TrainRequest } from '../../benchmarks/open-run.ts'
import { train as trainOn } from '../../benchmarks/train.ts'
import type { Params, Work } from '../../contracts.ts'

/** In a child process of its own, so that the peak of its memory is its own. */
export const fresh = true

const train: Work<Params & TrainRequest> = async ({ params, deps, outs }, ctx) =>
  trainOn(params, { data: ctx.dep(deps[0]!), out: ctx.out(outs[0]!) }, ctx)

export default train
