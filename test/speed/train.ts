/**
 * Training steps against PyTorch's, on this machine, in this run: npm run bench:train [-- [--json] [case …] [threads …]]
 * Two processes a case and number of threads, asked in turn for a few steps each, so that whatever else the machine does
 * falls on both. Medians over all steps but the first round.
 *
 * `ms` is CPU time with one thread (equal to wall time where nothing else runs, and worth reading where something does)
 * and wall time with more. PyTorch is that of the first python3 that has it: $PYTHON, python3, /usr/bin/python3.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cases } from './train-models.ts'

const ROUNDS = 7
const HERE = import.meta.dirname

interface Ready {
  version: string
  parameters: number
  compiled?: number // milliseconds of trace and session, on the wall
  compiledCpu?: number // and of processor time
}
interface Steps {
  wall: number[]
  cpu: number[]
  loss: number
  peak: number // MB
}

const asked = process.argv.slice(2)
const names = asked.filter((word) => word in cases)
const counts = asked.map(Number).filter((count) => count >= 1)
const python = pythonWithTorch()
const say = asked.includes('--json') ? console.error : console.log
say(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}; Node ${process.version}`)
say(python === null ? 'no python3 here has torch: our numbers alone' : `PyTorch of ${python}`)
const results = []
for (const name of names.length > 0 ? names : Object.keys(cases))
  for (const threads of counts.length > 0 ? counts : [1, 2]) results.push(await compare(name, threads))
if (asked.includes('--json')) console.log(JSON.stringify(results, null, 2))

async function compare(model: string, threads: number) {
  const args = [model, String(threads)]
  const ours = start(process.execPath, ['--import', 'tsx', join(HERE, 'train-ours.ts'), ...args])
  const torch = python === null ? null : start(python, [join(HERE, 'train-torch.py'), ...args], blas(threads))
  const [we, they] = [await ours.ready, await torch?.ready]
  const count = steps(await ours.ask(1))
  const [mine, its]: [Steps[], Steps[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(await ours.ask(count))
    if (torch !== null) its.push(await torch.ask(count))
  }
  for (const child of [ours, torch]) child?.end()
  const [a, b] = [summary(mine, threads), torch === null ? null : summary(its, threads)]
  const ratio = b === null ? null : a.ms / b.ms
  say(line({ model, threads, we, they, a, b, ratio }))
  return {
    model,
    threads,
    ms: a.ms,
    torchMs: b?.ms ?? null,
    ratio,
    peakMB: a.peak,
    torchPeakMB: b?.peak ?? null,
    compileMs: we.compiled,
    compileCpuMs: we.compiledCpu,
    wallMs: a.wall,
    cpuMs: a.cpu,
    torchWallMs: b?.wall ?? null,
    torchCpuMs: b?.cpu ?? null,
    parameters: we.parameters,
    torchParameters: they?.parameters ?? null,
    torch: they?.version ?? null,
  }
}

/** As many as take about half a second, from the first. */
function steps({ wall }: Steps): number {
  return Math.max(2, Math.min(20, Math.round(500 / wall[0]!)))
}

function summary(rounds: Steps[], threads: number) {
  const timed = rounds.slice(1)
  const [wall, cpu] = [median(timed.flatMap((one) => one.wall)), median(timed.flatMap((one) => one.cpu))]
  return { wall, cpu, ms: threads === 1 ? cpu : wall, peak: Math.round(rounds.at(-1)!.peak) }
}

type Summary = ReturnType<typeof summary>
interface Line {
  model: string
  threads: number
  we: Ready
  they: Ready | undefined
  a: Summary
  b: Summary | null
  ratio: number | null
}

function line({ model, threads, we, they, a, b, ratio }: Line): string {
  const timed = ({ cpu, wall, peak }: Summary) =>
    `CPU ${cpu.toFixed(1)} wall ${wall.toFixed(1)} ms, ${peak} MB`
  const head = `${model.padEnd(6)} ${threads} thread${threads > 1 ? 's' : ' '}`
  const own = `${we.parameters} weights, compiled in CPU ${we.compiledCpu!.toFixed(0)} wall ${we.compiled!.toFixed(0)} ms, ${timed(a)}`
  if (b === null || they === undefined) return `${head}  ${own}`
  const odd =
    we.parameters === they.parameters ? '' : `  NOT THE SAME MODEL: ${they.parameters} weights there`
  return `${head}  ratio ${ratio!.toFixed(2)}  ours: ${own}; PyTorch ${they.version}: ${timed(b)}${odd}`
}

/** A child that answers each line with a line. */
function start(command: string, args: string[], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${command} ${args.join(' ')}: ended without an answer`)
    return JSON.parse(value)
  }
  return {
    ready: next() as Promise<Ready>,
    ask(count: number): Promise<Steps> {
      child.stdin!.write(`${count}\n`)
      return next()
    },
    end: () => child.stdin!.end(),
  }
}

/** A PyTorch that multiplies by OpenBLAS, as Debian's, would take all cores whatever it is told of threads. */
function blas(threads: number): Record<string, string> {
  const names = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS']
  return Object.fromEntries(names.map((name) => [name, String(threads)]))
}

function pythonWithTorch(): string | null {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3']
  for (const candidate of candidates) {
    if (candidate === undefined) continue
    try {
      execFileSync(candidate, ['-c', 'import torch'], { stdio: 'ignore' })
      return candidate
    } catch {}
  }
  return null
}

function median(values: number[]): number {
  return values.toSorted((x, y) => x - y)[values.length >> 1]!
}
