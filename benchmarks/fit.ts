/**
 * A method that is fitted, not trained: popularity, Markov chains; the mean solution, a coarse solve. Fitted on the train
 * split alone, then asked for the test rows by the track, which knows its kind; leaves the folder of a run without weights.
 * It meets no loss ('none') and has no seed (0); its parameters are counted as 0.
 */
import type { Context, Params, Preconditioning, Predictor, Ranker } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { openBudget } from './budget.ts'
import { type Choice, choose } from './choice.ts'
import { secondsSince, writeMeasured, writeRun } from './run-folder.ts'
import { loadTrack, openDataset } from './track.ts'

export interface FitRequest {
  track: string
  baseline: Choice
  budget: Params // that of training: only the track's part of it counts
}

export async function fit(
  request: FitRequest,
  { data, out }: { data: string; out: string },
  ctx: Pick<Context, 'signal'>,
): Promise<Params> {
  const track = await loadTrack(request.track)
  const dataset = await openDataset(data, request.track)
  const { forTrack } = openBudget(request.track, track.defaults, request.budget)
  const baseline = await choose<Ranker | Predictor | Preconditioning>(
    'baseline',
    `baselines/${request.track}`,
    request.baseline,
  )
  const opened = await track.open(dataset, data, forTrack)
  if (opened.fit === undefined)
    throw new UserError(`baseline ${baseline.name}: the track ${request.track} has nothing to fit`)
  if (opened.rows('test') === 0) throw new UserError(`${dataset.name}: the test split has no rows to predict`)

  const start = performance.now()
  const predict = opened.fit(baseline.entry, baseline.params)
  const trainSeconds = secondsSince(start)
  ctx.signal.throwIfAborted()
  const asked = performance.now()
  const predictions = await predict('test')
  const predictSeconds = secondsSince(asked)

  const params = { model: baseline.params }
  const truth = await track.truth(dataset, data, 'test')
  await writeRun(out, {
    track,
    trackName: request.track,
    dataset,
    predictions,
    truth,
    method: { model: baseline.name, loss: 'none', params, seed: 0, parameters: 0 },
    about: `${baseline.name} fitted on the train split`,
    cite: baseline.entry.cite,
  })
  await writeMeasured(out, {
    trainSeconds,
    predictSeconds,
    ...opened.spent?.(),
    device: 'cpu',
    threads: 1,
  })
  return { status: 'fitted', rows: predictions.rows }
}
