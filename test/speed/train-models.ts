/**
 * The four training steps that are timed, as this engine is given them. Their twins in PyTorch are in train-torch.py: the
 * same layers, the same number of weights, the same loss, Adam with rate 1e-3. Letters: B batch, n grid, P points.
 */
import type { Declared, Loss, Model, Params } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import type { LossOf } from '../../tensor/engine.ts'
import { type Scalar, type Tensor, tf } from '../../tensor/index.ts'
import { collectWeights } from '../../tensor/init.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { HostTensor, Weights } from '../../tensor/types.ts'

export interface Case {
  weights: Weights
  feeds: Record<string, Declared>
  loss: LossOf
}

export const cases: Record<string, () => Promise<Case>> = {
  unet: () => ofTrack('operators', 'unet', 'relative-l2', { channels: 16, levels: 3, convs: 3 }, fields),
  fno: () =>
    ofTrack('operators', 'fno', 'relative-l2', { width: 32, layers: 4, modes: 12, padding: 8 }, fields),
  pinn: async () => ({ weights: weightsOf(pinnWeights), feeds: points, loss: pinnLoss }),
  sasrec: () =>
    ofTrack('recommenders', 'sasrec', 'ce', { dim: 64, blocks: 2, heads: 1, dropout: 0 }, histories),
}

/** One batch, the same at every step: what is timed is the step. */
export function batchOf({ feeds }: Case): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, declared]) => [name, feed(name, declared)]))
}

const BATCH = 8
const GRID = 64
const fields = {
  /** As of a train split that is of order one already: the scales are multiplied with all the same. */
  facts: {
    grid: GRID,
    reading: 'nodes',
    logK: { mean: 0, deviation: 1 },
    rhs: 1,
    x: 1 / (15 * (GRID + 1)),
    flux: 1,
    channels: {},
  },
  feeds: {
    k: floats(BATCH, GRID + 1, GRID + 1),
    rhs: floats(BATCH, GRID, GRID),
    target: floats(BATCH, GRID, GRID),
  },
}
const ITEMS = 10_000
const ids: Declared = { shape: [32, 50], dtype: 'int32' }
const histories = { facts: { items: ITEMS, length: 50 }, feeds: { history: ids, target: ids } }
const points = { x: floats(4096, 1), t: floats(4096, 1), start: floats(4096, 1) }
const WIDTHS = [2, 64, 64, 64, 64, 1]

async function ofTrack(
  track: string,
  modelName: string,
  lossName: string,
  params: Params,
  { facts, feeds }: { facts: Params; feeds: Record<string, Declared> },
): Promise<Case> {
  const model = await load<Model>('model', `models/${track}`, modelName)
  const loss = await load<Loss>('loss', `losses/${track}`, lossName)
  const settings = { ...model.defaults, ...params }
  return {
    weights: weightsOf((init) => model.build(settings, facts, init)),
    feeds,
    loss: (init, { target, ...input }, noise) => {
      const forward = model.build(settings, facts, init)
      return loss.value(forward(input, noise), { input, target: target! }, loss.defaults, noise)
    },
  }
}

function weightsOf(build: Parameters<typeof collectWeights>[0]): Weights {
  return collectWeights(build, (weight) => rng(1, weight))
}

type Init = Parameters<Parameters<typeof collectWeights>[0]>[0]

function pinnWeights(init: Init): [Tensor, Tensor][] {
  return WIDTHS.slice(1).map((width, i) => [
    init.weight(`layer${i}/weight`, [WIDTHS[i]!, width]),
    init.weight(`layer${i}/bias`, [width], 'zeros'),
  ])
}

/** Burgers: mean (u_t + u u_x − ν u_xx)² + mean (u − start)², ν = 0.01/π; u_x, u_t, u_xx by gradients of gradients. */
const pinnLoss: LossOf = (init, { x, t, start }) => {
  const layers = pinnWeights(init)
  const u = (x: Tensor, t: Tensor): Tensor =>
    layers.reduce<Tensor>(
      (y, [weight, bias], i) => {
        const z = tf.matMul(y, weight).add(bias) // [P, width]
        return i < layers.length - 1 ? z.tanh() : z
      },
      tf.concat([x, t], 1),
    )
  const slope = (at: Tensor) => tf.grad((x) => u(x, t!))(at)
  const value = u(x!, t!) // [P, 1]
  const inTime = tf.grad((t) => u(x!, t))(t!)
  const residual = inTime.add(value.mul(slope(x!))).sub(
    tf
      .grad(slope)(x!)
      .mul(0.01 / Math.PI),
  )
  return residual.square().mean().add(value.sub(start!).square().mean()) as Scalar
}

function floats(...shape: number[]): Declared {
  return { shape, dtype: 'float32' }
}

function feed(name: string, { shape, dtype }: Declared): HostTensor {
  const drawn = drawNoise(shape, dtype === 'int32' ? { integer: ITEMS } : 'uniform', rng(3, name))
  const shifted = drawn.data.map((x: number) => (dtype === 'int32' ? x + 1 : x + 0.5))
  return { ...drawn, data: shifted as Float32Array }
}
