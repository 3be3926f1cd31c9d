/**
 * npm run check:gpu, for a machine with a GPU: for each of webgpu, cuda and tensorflow that works, correctness against the CPU
 * path (as `fieldrank doctor`, on a larger grid), then samples a second beside it, fields and solves at 64 and 128 points, and
 * training steps a second.
 *
 *   npm run check:gpu -- [devices…] [--batch 64] [--grids 64,128]
 *
 * Wall clock of one process, best of three rounds; nothing is asserted of it. Exit code 1 when a device gives wrong numbers,
 * 2 when none works.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { isSound, tryDevice } from '../../cli/doctor/trials.ts'
import type { Field, Params, Solver } from '../../contracts.ts'
import condiff from '../../generators/condiff.ts'
import { embed } from '../../generators/fields/embedding.ts'
import { drawPair } from '../../generators/fields/grf.ts'
import { openScreen } from '../../generators/fields/screen.ts'
import { UserError } from '../../io/errors.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { type Device, devices, whyNot } from '../../tensor/devices.ts'
import { paceOfTraining, timedModels } from './training.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { batch: { type: 'string', default: '64' }, grids: { type: 'string', default: '64,128' } },
})
const GPUS: readonly Device[] = ['webgpu', 'cuda', 'tensorflow']
const asked = positionals.length > 0 ? devices.filter((device) => positionals.includes(device)) : GPUS
const batch = Number(values.batch)
const law = { covariance: 'exponential', variance: 2, length: 0.05 } as const
/** The solver that people use without a GPU. */
const reference = namesIn('solvers').includes('multigrid') ? 'multigrid' : 'cholesky'

const KEY = { seed: 1, set: 1 }
let wrong = 0
const working: Device[] = []
for (const device of asked) {
  const missing = await whyNot(device)
  if (missing !== null) {
    console.log(`${device.padEnd(12)}${missing}`)
    continue
  }
  const verdict = await tryDevice(device, 33)
  const sound = isSound(verdict)
  const { training, solving, fields } = verdict
  console.log(
    `${device.padEnd(12)}${sound ? 'right' : 'WRONG'}: gradients ${training.toExponential(1)}, residual ` +
      `${solving.residual.toExponential(1)}, solution ${solving.apart.toExponential(1)}, fields ${fields.toExponential(1)}`,
  )
  if (sound) working.push(device)
  else wrong++
}
if (working.length > 0) {
  console.log(
    `\nsamples a second, batches of ${batch}, variance 2, exponential; cpu: ${cpus()[0]?.model}, 1 thread`,
  )
  for (const grid of String(values.grids).split(',').map(Number)) await race(grid)
  console.log('\ntraining steps a second, Adam; the losses of the first steps')
  for (const name of timedModels) await raceOfTraining(name)
}
process.exit(wrong > 0 ? 1 : working.length === 0 ? 2 : 0)

async function race(grid: number): Promise<void> {
  const fields = await rateOfDrawing(grid)
  console.log(line(grid, 'fields', 'cpu', fields, fields))
  for (const device of working)
    console.log(line(grid, 'fields', device, await rateOfScreening(grid, device), fields))
  const problems = await problemsOf(grid)
  const solves = await rateOfSolving(reference, problems, { batch: undefined })
  console.log(line(grid, 'solves', `cpu ${reference}`, solves, solves))
  for (const device of working) {
    const rate = await rateOfSolving('device-multigrid', problems, { device, batch })
    console.log(line(grid, 'solves', device, rate, solves))
  }
}

function line(grid: number | string, what: string, who: string, rate: number, beside: number): string {
  const ratio = (rate / beside).toFixed(2)
  return `${String(grid).padEnd(7)}${what.padEnd(8)}${who.padEnd(18)}${rate.toFixed(1).padStart(10)} a second  ${ratio.padStart(6)} × cpu`
}

async function raceOfTraining(name: string): Promise<void> {
  const paces = [await paceOfTraining(name, 'cpu')]
  for (const device of working) paces.push(await paceOfTraining(name, device))
  for (const [i, { perSecond, losses }] of paces.entries()) {
    const rates = line(name, 'steps', ['cpu', ...working][i]!, perSecond, paces[0]!.perSecond)
    console.log(`${rates}   ${losses.map((loss) => loss.toPrecision(6)).join(' ')}`)
  }
}

/** Candidates, two an attempt, without exponential: what a set of few accepted fields is made of. Here: a row that no attempt can be. */
async function rateOfDrawing(grid: number): Promise<number> {
  const attempts = 64
  const params = { ...condiff.defaults, ...law, grid, contrast: [1e30, 1e31] as const, attempts }
  const ctx = { seed: 1, signal: new AbortController().signal }
  const inVain = async () => {
    for await (const _ of condiff.rows(params, { from: 0, to: 1 }, ctx)) throw new Error('a contrast of 1e30')
  }
  return (2 * attempts) / (await best(() => inVain().catch(onlyIfFound)))
}

function onlyIfFound(error: unknown): void {
  if (!(error instanceof UserError)) throw error
}

async function rateOfScreening(grid: number, device: Device): Promise<number> {
  const screen = await openScreen(embed({ ...law, grid }), grid + 1, batch, device)
  const attempts = Array.from({ length: batch }, (_, attempt) => ({ attempt, address: 0 }))
  const seconds = await best(() => screen.hopeful(KEY, attempts, [8e4, 1e5]))
  await screen.dispose()
  return (2 * batch) / seconds
}

async function problemsOf(grid: number): Promise<{ k: Field; rhs: Field }> {
  const embedding = embed({ ...law, grid })
  const size = (grid + 1) ** 2
  const k = new Float64Array(batch * size)
  for (let b = 0; b < batch; b++) {
    const [phi] = drawPair(embedding, KEY, { attempt: 0, address: b }, grid + 1)
    for (let p = 0; p < size; p++) k[b * size + p] = Math.fround(Math.exp(phi[p]!))
  }
  const rhs = Float64Array.from({ length: batch * grid * grid }, rng(1, 'rhs').normal)
  return { k: { batch, n: grid + 1, data: k }, rhs: { batch, n: grid, data: rhs } }
}

/** Assembly inside; the first round, which compiles, is not counted. */
async function rateOfSolving(
  name: string,
  { k, rhs }: { k: Field; rhs: Field },
  own: Params | { batch: undefined },
) {
  const solver = await load<Solver>('solver', 'solvers', name)
  const params = { ...solver.defaults, ...(own.batch === undefined ? {} : (own as Params)) }
  const seconds = await best(async () => {
    const { status } = await solver.solve(await solver.setup(assemble(k), params), rhs, params)
    const failed = status.filter((one) => one !== 'converged').length
    if (failed > 0) console.log(`${name}: ${failed} of ${status.length} not converged`)
  })
  return k.batch / seconds
}

/** Seconds of the fastest of three rounds, after one that is not counted. */
async function best(round: () => Promise<unknown>): Promise<number> {
  await round()
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    await round()
    least = Math.min(least, (performance.now() - start) / 1000)
  }
  return least
}
