/**
 * The one training loop: any model of a track with any loss on any of its datasets.
 *
 *   for each epoch:  shuffle the training rows, cut them into batches, drop the last partial one
 *     for each batch:  draw fresh noise, take one step of the optimizer
 *     predict the valid split, compute the metric that the track watches, note a line of history.csv
 *
 * A split with fewer rows than a batch is one batch. Random numbers come from streams named (seed, 'train', run seed, …): weights
 * by their name, shuffles by epoch, noise by its name and step. So runs that share a seed start from the same weights
 * and see the same batches, and a run repeats itself to the byte on one machine with one number of threads.
 *
 * valid: the watched metric (operators: relative-l2, recommenders: ndcg@10) on the first `VALID_ROWS` rows of the valid split.
 * With patience p > 0 training stops after p epochs in a row that did not better it, and the best weights are kept; with
 * p = 0 all epochs are run and the last weights are kept. (The code of arXiv:2409.18721 stops after p + 2.)
 *
 * Every `checkpoint` minutes, and when it is asked to stop, the loop leaves its state in the run folder (checkpoint.ts); a run
 * that was killed goes on from there to the same bytes. With `ema` it is the average of the weights that is validated, kept
 * and used.
 *
 * With `search: approximate` (recommenders) the test lists come from an index, and its recall stands in run.json; what is watched
 * stays exact.
 *
 * A loss or a valid prediction that is not finite ends training with the status 'diverged'; the weights of the last sound
 * epoch (with patience: of the best) are used. Where there is none, there is no run: an error.
 */
import { setImmediate } from 'node:timers/promises'
import type { Context, HostBatch, Json, Params } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { mean } from '../math/statistics.ts'
import { drawNoise } from '../tensor/noise.ts'
import type { HostTensor, Weights } from '../tensor/types.ts'
import { withKeys } from './align.ts'
import { recallOf, recallWords } from './approximate-lists.ts'
import { rateAt } from './budget.ts'
import { type Checkpoints, openCheckpoints, type Progress } from './checkpoint.ts'
import { predictSplit } from './evaluate.ts'
import { openRun, type Run, type TrainRequest } from './open-run.ts'
import { secondsSince, writeLearned, writeMeasured, writeRun } from './run-folder.ts'

const VALID_ROWS = 2000

type World = Pick<Context, 'seed' | 'rng' | 'progress' | 'signal' | 'journal'>

interface Learned extends Progress {
  status: 'trained' | 'stopped early' | 'diverged'
}

/** Trains on the dataset in `data`, writes the run folder `out`, and returns what came of it: nothing measured. */
export async function train(
  request: TrainRequest,
  { data, out }: { data: string; out: string },
  ctx: World,
): Promise<Params> {
  const run = await openRun(request, data, ctx)
  const { track, dataset, network, engine } = run
  try {
    const start = performance.now()
    const checkpoints = openCheckpoints(out, run.budget.checkpoint, ctx.journal)
    const learned = await learn(run, checkpoints, ctx)
    const trained = performance.now()
    const { kept, history } = learned
    await network.step.dispose() // what an optimizer remembers of a large catalog need not lie beside the network that is written
    if (kept === null)
      throw new UserError(`${run.name}: the loss was not finite at step ${learned.steps}. ${HINT}`)
    const { search } = run
    const part = { split: 'test' as const, signal: ctx.signal, ...(search && { search }) }
    const predictions = await predict(run, kept.weights, part)
    const predictSeconds = secondsSince(trained)
    if (predictions === null)
      throw new UserError(`${run.name}: predictions of the test split are not finite. ${HINT}`)

    await writeLearned(out, { weights: kept.weights, onnx: network.onnx(kept.weights), history })
    const truth = await track.truth(dataset, data, 'test')
    const submission = { method: methodOf(run, request, ctx.seed), ...wordsOf(run, learned) }
    await writeRun(out, { track, trackName: request.track, dataset, predictions, truth, ...submission })
    const trainSeconds = checkpoints.secondsBefore() + (trained - start) / 1000
    const { lossBytes } = network
    await writeMeasured(out, {
      trainSeconds,
      predictSeconds,
      ...(lossBytes !== undefined && { lossBytes }),
      ...run.opened.spent?.(),
      ...engine,
    })
    await checkpoints.drop()
    const { at } = kept
    const { status, steps } = learned
    return {
      status,
      ...recallOf(search?.facts()),
      steps,
      epochs: history.length,
      kept: at.epoch,
      loss: at.loss,
      valid: at.valid,
    }
  } finally {
    await network.dispose()
  }
}

async function learn(run: Run, checkpoints: Checkpoints, ctx: World): Promise<Learned> {
  const { opened, size, budget, network, watched } = run
  const total = budget.epochs * Math.floor(opened.rows('train') / size)
  const progress = (await checkpoints.resume(network.step)) ?? {
    steps: 0,
    losses: [],
    history: [],
    kept: null,
  }
  for (let epoch = progress.history.length + 1; epoch <= budget.epochs; epoch++) {
    if (!(await learnEpoch(run, epoch, { progress, checkpoints, total }, ctx)))
      return { ...progress, status: 'diverged' }
    const weights = await network.step.averages()
    const valid = await validate(run, weights, ctx.signal).catch(async (error) => {
      if (ctx.signal.aborted) await checkpoints.save(network.step, progress) // with all steps of the epoch taken
      throw error
    })
    if (Number.isNaN(valid)) return { ...progress, status: 'diverged' }
    const at = { epoch, loss: mean(progress.losses), valid }
    progress.losses = []
    progress.history.push(at)
    const best = progress.kept?.at.valid ?? null
    const better = best === null || valid === null || isBetter(valid, best, watched.metric.better)
    if (better || budget.patience === 0) progress.kept = { at, weights }
    else if (epoch - progress.kept!.at.epoch >= budget.patience)
      return { ...progress, status: 'stopped early' }
  }
  return { ...progress, status: 'trained' }
}

/** The steps of one epoch that are still to be taken; false as soon as a loss is not finite. */
async function learnEpoch(
  run: Run,
  epoch: number,
  { progress, checkpoints, total }: { progress: Progress; checkpoints: Checkpoints; total: number },
  ctx: World,
): Promise<boolean> {
  const { opened, size, budget, random, network } = run
  let taken = progress.losses.length // by the run that this one resumes
  for await (const batch of opened.batches('train', size, random('shuffle', epoch), run.known)) {
    if (taken-- > 0) continue
    await setImmediate() // a run in ONNX Runtime never lets go of the thread by itself
    if (ctx.signal.aborted || checkpoints.isDue()) await checkpoints.save(network.step, progress)
    ctx.signal.throwIfAborted()
    const rate = rateAt(budget, epoch, progress.steps, total)
    const loss = await network.step.run(feedsOf(batch), noiseAt(run, progress.steps), rate)
    ctx.progress(++progress.steps, total, 'steps')
    if (!Number.isFinite(loss)) return false
    progress.losses.push(loss)
  }
  return true
}

/** The watched metric; null where the valid split has no rows, NaN where the weights predict what is not finite. */
async function validate(run: Run, weights: Weights, signal: AbortSignal): Promise<number | null> {
  const { track, dataset, opened, watched, validTruth } = run
  if (opened.rows('valid') === 0) return null
  const predictions = await predict(run, weights, { split: 'valid', most: VALID_ROWS, signal })
  if (predictions === null) return Number.NaN
  const keys = predictions.data[track.key] as Int32Array
  return watched.measure(predictions, withKeys(validTruth, track.key, keys), dataset.facts).value
}

function predict(run: Run, weights: Weights, part: Omit<Parameters<typeof predictSplit>[2], 'size'>) {
  return predictSplit(run.opened, (input) => run.network.forward.run(input, weights), {
    ...part,
    size: run.size,
  })
}

function feedsOf({ input, target, known }: HostBatch): Record<string, HostTensor> {
  return { ...input, target, ...(known && { known }) }
}

function noiseAt({ network, random }: Run, step: number): Record<string, HostTensor> {
  const drawn = network.step.noise.map(({ name, shape, law }) => {
    return [name, drawNoise(shape, law, random('noise', name, step))] as const
  })
  return Object.fromEntries(drawn)
}

function isBetter(value: number, than: number, better: 'lower' | 'higher'): boolean {
  return better === 'lower' ? value < than : value > than
}

function methodOf(
  { model, loss, budget, forTrack, engine, network, search }: Run,
  { seed }: TrainRequest,
  pipelineSeed: number,
) {
  const params: Record<string, Json> = {
    model: model.params,
    loss: loss.params,
    budget: { ...budget, ...forTrack },
    engine: { ...engine },
    facts: network.facts, // scales of the train split among them
    pipelineSeed,
    ...(search && { search: search.facts() }),
  }
  return { model: model.name, loss: loss.name, params, seed, parameters: network.parameters }
}

function wordsOf({ model, loss, search }: Run, { status, history, kept }: Learned) {
  const epochs = `${history.length} ${history.length === 1 ? 'epoch' : 'epochs'}`
  const which = kept!.at.epoch === history.length ? '' : `, weights of epoch ${kept!.at.epoch}`
  const end = { trained: '', 'stopped early': ', stopped early', diverged: ', then diverged' }[status]
  const how = search ? `, lists by approximate search (${recallWords(search.facts())})` : ''
  const about = `${model.name} trained with ${loss.name} for ${epochs}${end}${which}${how}`
  return { about, cite: model.entry.cite }
}

const HINT = 'Try a smaller rate in the budget'
