/**
 * ms of CPU time per sample of our solver and of every peer that is installed, on the same accepted ConDiff rows:
 *
 *   npm run bench:solvers -- [--grids 64,128] [--rows 8] [--rounds 3] [--variance 2] [--covariance exponential] [--only mixed,hypre] [--json]
 *
 * A round runs all of them in turn; a figure is the median over rounds of the median over samples. Assembly is inside: from the
 * five diagonals to x. One thread. Direct methods deliver about 1e-14, the others the 1e-10 that is asked.
 * Then ours by the wall clock on one thread, on two, and in two processes; the ratio of these lines is to one thread by the wall clock.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import multigrid from '../../solvers/multigrid.ts'
import { type Measured, peers } from './solvers/peers.ts'
import { type Problems, problemsOf, writeProblems } from './solvers/problems.ts'
import { APART, measureThreads, ONE, TWO } from './solvers/threads.ts'

const { values: flags } = parseArgs({
  options: {
    grids: { type: 'string', default: '64,128' },
    rows: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    variance: { type: 'string', default: '2' },
    covariance: { type: 'string', default: 'exponential' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})

interface Line extends Measured {
  n: number
  method: string
  ratio: number // its ms / ours
}
type Run = (file: string, passes: number) => Measured | Promise<Measured>

const folder = mkdtempSync(join(tmpdir(), 'fieldrank-bench-'))
try {
  const lines: Line[] = []
  console.log(`${cpus()[0]!.model.trim()}, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`)
  console.log(`${flags.covariance}, variance ${flags.variance}, ${flags.rows} rows, ${flags.rounds} rounds`)
  for (const n of flags.grids.split(',').map(Number)) lines.push(...(await measureGrid(n)))
  if (flags.json) console.log(JSON.stringify(lines))
} finally {
  rmSync(folder, { recursive: true })
}

async function measureGrid(n: number): Promise<Line[]> {
  const { covariance, variance } = flags
  const problems = await problemsOf({ n, rows: Number(flags.rows), covariance, variance: Number(variance) })
  const file = join(folder, `${n}.bin`)
  writeProblems(file, problems)
  const methods = new Map<string, Run>([
    ['ours, mixed', (_, passes) => ours(problems, 'mixed', passes)],
    ['ours, double', (_, passes) => ours(problems, 'double', passes)],
  ])
  const missing = addPeers(methods)
  const rounds = new Map<string, Measured[]>()
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [method, run] of methods) {
      const passes = method.startsWith('ours') ? Math.ceil((1200 * 4096) / n ** 2 / Number(flags.rows)) : 2
      rounds.set(method, [...(rounds.get(method) ?? []), await run(file, passes)])
    }
  }
  const walls = await measureThreads(problems, Number(flags.rounds))
  const lines = [...linesOf(n, rounds, 'ours, mixed'), ...linesOf(n, walls, ONE)]
  print(lines, missing)
  return lines
}

/** One line per method; ratios are to `base`. */
function linesOf(n: number, rounds: ReadonlyMap<string, readonly Measured[]>, base: string): Line[] {
  const msOf = (all: readonly Measured[]) => median(all.map(({ ms }) => ms))
  return [...rounds].map(([method, all]) => {
    const [ms, { iterations, residual }] = [msOf(all), all[0]!]
    return { n, method, ms, ratio: ms / msOf(rounds.get(base)!), iterations, residual }
  })
}

/** Adds the peers that can run; the others as a line that says how to get them. */
function addPeers(methods: Map<string, Run>): string[] {
  const only = flags.only === '' ? null : flags.only.toLowerCase().split(',')
  const missing: string[] = []
  for (const { method, install, prepare } of peers) {
    if (only !== null && !only.some((word) => method.toLowerCase().includes(word))) continue
    try {
      methods.set(method, prepare(folder))
    } catch {
      missing.push(`${method.padEnd(28)} not installed: apt-get install ${install}`)
    }
  }
  return missing
}

async function ours({ matrix, rhs, rows }: Problems, precision: string, passes: number): Promise<Measured> {
  const params = { ...multigrid.defaults, precision }
  const solve = async () => multigrid.solve(await multigrid.setup(matrix, params, 1), rhs, params)
  let solution = await solve()
  for (let pass = 0; pass < passes; pass++) solution = await solve() // until the compiler is done with it
  const ms: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    const from = process.cpuUsage()
    await solve()
    const { user, system } = process.cpuUsage(from)
    ms.push((user + system) / 1e3 / rows)
  }
  return {
    ms: median(ms),
    iterations: median([...solution.iterations]),
    residual: Math.max(...solution.residual),
  }
}

function print(lines: readonly Line[], missing: readonly string[]): void {
  console.log(`\n${lines[0]!.n} × ${lines[0]!.n}${' '.repeat(21)}      ms     ratio  iterations  residual`)
  for (const { method, ms, ratio, iterations, residual } of lines) {
    const columns = [
      ms.toFixed(3).padStart(9),
      ratio.toFixed(ratio < 1 ? 3 : 1).padStart(8),
      String(iterations).padStart(10),
    ]
    console.log(`${method.padEnd(28)}${columns.join('  ')}  ${residual.toExponential(1).padStart(9)}`)
  }
  const times = (method: string) => (1 / lines.find((line) => line.method === method)!.ratio).toFixed(2)
  console.log(
    `two threads do ${times(TWO)} times as much as one, two processes that share nothing ${times(APART)}`,
  )
  for (const line of missing) console.log(line)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
