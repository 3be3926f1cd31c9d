/**
 * What a device must get right before it is trusted: the gradients of a small network against the device `eager`, one batch of
 * diffusion problems against Cholesky, one batch of random fields against those of the CPU.
 */
import type { Field } from '../../contracts.ts'
import { embed } from '../../generators/fields/embedding.ts'
import { drawPair } from '../../generators/fields/grf.ts'
import { openScreen } from '../../generators/fields/screen.ts'
import { rng } from '../../math/rng.ts'
import cholesky from '../../solvers/cholesky.ts'
import deviceMultigrid from '../../solvers/device-multigrid.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { type Device, whyNot } from '../../tensor/devices.ts'
import { compileGradients, compileStep } from '../../tensor/engine.ts'
import type { HostTensor, Scalar, Tensor, Weights } from '../../tensor/index.ts'

export interface Verdict {
  device: Device
  missing: string | null // why it was not tried
  training: number // ‖gradient − eager‖ / ‖eager‖; the weights after a step of SGD are off by as much
  solving: { residual: number; apart: number } // the greatest of ‖f − A x‖ / ‖f‖, and of ‖x − Cholesky‖ / ‖Cholesky‖
  fields: number // the greatest |φ − φ of the CPU|
}

/** float32 sums in another order; and what docs/decisions/0008 promises of solutions and fields. */
export const BOUNDS = { training: 1e-4, residual: 1e-10, apart: 1e-8, fields: 1e-5 }

export function isSound({ missing, training, solving, fields }: Verdict): boolean {
  const { residual, apart } = solving
  return (
    missing === null &&
    training <= BOUNDS.training &&
    residual <= BOUNDS.residual &&
    apart <= BOUNDS.apart &&
    fields <= BOUNDS.fields
  )
}

/** `grid` points a side; the tries of a doctor take 12. */
export async function tryDevice(device: Device, grid = 12): Promise<Verdict> {
  const missing = await whyNot(device)
  const verdict = { device, missing, training: NaN, solving: { residual: NaN, apart: NaN }, fields: NaN }
  if (missing !== null) return verdict
  const training = await train(device)
  const fields = await makeFields(device, grid)
  return { device, missing, training, solving: await solve(device, grid), fields }
}

const SEED = 8

async function train(device: Device): Promise<number> {
  const normal = (shape: number[], name: string): HostTensor => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, rng(SEED, name).normal)
    return { shape, dtype: 'float32', data }
  }
  const weights: Weights = new Map([
    ['first', normal([6, 16], 'first')],
    ['second', normal([16, 1], 'second')],
  ])
  const batch = { x: normal([32, 6], 'x'), y: normal([32, 1], 'y') }
  const loss = (
    init: { weight(name: string, shape: readonly number[]): Tensor },
    { x, y }: Record<string, Tensor>,
  ) => {
    const hidden = x!.matMul(init.weight('first', [6, 16])).tanh() // [32, 16]
    return hidden
      .matMul(init.weight('second', [16, 1]))
      .sub(y!)
      .square()
      .mean() as Scalar // [32, 1] → []
  }
  const spec = { weights, feeds: { x: batch.x, y: batch.y }, loss }
  const gradients = async (on: Device) => {
    const step = await compileGradients(spec, { device: on, threads: 1 })
    const { gradients } = await step.run(batch, {})
    await step.dispose()
    return flat(gradients)
  }
  const step = await compileStep(
    { ...spec, optimizer: { name: 'sgd', params: { momentum: 0 } } },
    { device, threads: 1 },
  )
  await step.run(batch, {}, 1)
  const moved = flat(await step.weights()).map((w, i) => flat(weights)[i]! - w) // = the gradient, at rate 1
  await step.dispose()
  const right = await gradients('eager')
  return Math.max(apart(await gradients(device), right), apart(moved, right))
}

async function solve(device: Device, n: number): Promise<Verdict['solving']> {
  const side = n + 1
  const normal = rng(SEED, 'k').normal
  const k: Field = {
    batch: 2,
    n: side,
    data: Float64Array.from({ length: 2 * side * side }, () => Math.exp(normal())),
  }
  const rhs: Field = { batch: 2, n, data: Float64Array.from({ length: 2 * n * n }, rng(SEED, 'rhs').normal) }
  const matrix = assemble(k)
  const params = { ...deviceMultigrid.defaults, device, batch: 2 }
  const { x, residual } = await deviceMultigrid.solve(
    await deviceMultigrid.setup(matrix, params),
    rhs,
    params,
  )
  const right = await cholesky.solve(await cholesky.setup(matrix, cholesky.defaults), rhs, cholesky.defaults)
  const of = (field: Field, b: number) => field.data.subarray(b * n * n, (b + 1) * n * n)
  return {
    residual: Math.max(...residual),
    apart: Math.max(...[0, 1].map((b) => apart(of(x, b), of(right.x, b)))),
  }
}

async function makeFields(device: Device, grid: number): Promise<number> {
  const embedding = embed({ covariance: 'exponential', variance: 2, length: 0.05, grid })
  const key = { seed: SEED, set: 0 }
  const attempts = [0, 1].map((attempt) => ({ attempt, address: 3 }))
  const screen = await openScreen(embedding, grid + 1, 2, device)
  const made = await screen.fields(key, attempts)
  await screen.dispose()
  const right = attempts.flatMap((at) => drawPair(embedding, key, at, grid + 1).flatMap((phi) => [...phi]))
  return right.reduce((most, phi, i) => Math.max(most, Math.abs(phi - made[i]!)), 0)
}

function flat(weights: Weights): number[] {
  return [...weights.values()].flatMap(({ data }) => [...data])
}

/** ‖a − b‖ / ‖b‖ */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [gap, size] = [0, 0]
  for (let i = 0; i < b.length; i++) {
    gap += (a[i]! - b[i]!) ** 2
    size += b[i]! ** 2
  }
  return Math.sqrt(gap / size)
}
