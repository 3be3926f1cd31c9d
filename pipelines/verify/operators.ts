/**
 * Whether a solved field set holds what it says: its counts, and a few rows made again from nothing.
 *
 * A row made again must have the same k, rhs and contrast to the bit. Its stored x must be accepted by the residual,
 * recomputed in f64, the stored residual must be that residual (to 1e-12: rounding of a norm), `attainable`, `algebraic` and
 * `majorant` must be those of k, x and rhs (to 1e-12 of their size), and x must agree with a method that did not make it
 * to 1e-8 in the relative l2 norm (asked for a residual of 1e-12, it comes within 1e-11 on the published sets). At contrasts beyond
 * theirs that method is a direct one, and two x that are both accepted may be further apart: by (r + r′) / (λ ‖x‖), r and r′ the
 * residuals that are allowed, λ the bound of the smallest eigenvalue in solvers/diffusion/certificate.ts. The set of a generator
 * that does not come with this code is checked for its counts alone.
 */
import { join } from 'node:path'
import type { Columns, Dataset, Field, Generator, Params, Shard, Solver, Split } from '../../contracts.ts'
import { addressOf } from '../../generators/fields/address.ts'
import { slice } from '../../io/columns.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { readParquet } from '../../io/parquet.ts'
import { certify, poissonEigenvalue } from '../../solvers/diffusion/certificate.ts'
import { accepts, assemble, norm } from '../../solvers/diffusion/stencil.ts'
import { rowsOf } from '../stages/solve/solve-shard.ts'
import type { Verify } from '../verified.ts'

const SAME_X = 1e-8
const SAME_RESIDUAL = 1e-12
const SAME_BOUND = 1e-12
/** The windows of the published sets end at 1e5, and k is rounded after it was chosen. */
const PUBLISHED_CONTRAST = 1.001e5

/** `count` rows are made again, spread over the splits; the same ones each time. */
const verify: Verify = async (folder, dataset, count) => {
  const problems = countProblems(dataset)
  const generator = String(dataset.params.generator)
  if (!namesIn('generators').includes(generator) || typeof dataset.params.seed !== 'number')
    return { problems, said: '' }
  const chosen = chooseRows(dataset.shards, count)
  for (const { shard, row, at } of chosen) {
    const columns = await readParquet(join(folder, shard.path), { schema: dataset.schema, expect: shard })
    const stored = slice(columns, at, at + 1)
    const subject = `${shard.path}: row ${row} of ${shard.split}`
    const made = await remake(generator, dataset.params, shard.split, row)
    problems.push(...differences(stored, made, subject))
    problems.push(...(await solutionProblems(stored, dataset, subject)))
  }
  return { problems, said: `, ${chosen.length} made and solved again` }
}

export default verify

function countProblems({ shards, facts }: Dataset): string[] {
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0)
  return facts.rows === rows ? [] : [`manifest.json: facts say ${facts.rows} rows, the shards have ${rows}`]
}

/** A row of a shard: its index in the split, and its place in the shard. */
export interface Chosen {
  shard: Shard
  row: number
  at: number
}

/** Splits in turn; within a split, at multiples of the golden ratio, so that a few rows lie far apart. */
export function chooseRows(shards: readonly Shard[], count: number): Chosen[] {
  const splits = [...new Set(shards.filter(({ rows }) => rows > 0).map(({ split }) => split))]
  const chosen = new Map<string, Chosen>()
  for (let c = 0; c < count && splits.length > 0; c++) {
    const own = shards.filter(({ split }) => split === splits[c % splits.length])
    const total = own.reduce((sum, { rows }) => sum + rows, 0)
    const turn = Math.floor(c / splits.length) + 1
    const found = locate(own, Math.floor(((turn * GOLDEN) % 1) * total))
    chosen.set(`${found.shard.split} ${found.row}`, found)
  }
  return [...chosen.values()]
}

function locate(shards: readonly Shard[], row: number): Chosen {
  let at = row
  for (const shard of shards) {
    if (at < shard.rows) return { shard, row, at }
    at -= shard.rows
  }
  throw new Error(`locate: no row ${row} in ${shards.length} shards`)
}

const GOLDEN = (Math.sqrt(5) - 1) / 2

async function remake(name: string, params: Params, split: Split, row: number): Promise<Columns> {
  const generator = await load<Generator>('generator', 'generators', name)
  const law = Object.fromEntries(
    Object.entries(generator.defaults).map(([key, value]) => [key, params[key] ?? value]),
  )
  const address = addressOf(split, row)
  const ctx = { seed: params.seed as number, signal: new AbortController().signal }
  for await (const made of generator.rows(law, { from: address, to: address + 1 }, ctx)) return made
  throw new Error(`generator ${name}: no row at address ${address}`)
}

function differences(stored: Columns, made: Columns, subject: string): string[] {
  return ['row', 'k', 'rhs', 'contrast'].flatMap((name) => {
    const [a, b] = [stored.data[name] as Float32Array, made.data[name] as Float32Array]
    const first = a.findIndex((value, i) => !Object.is(value, b[i]))
    if (a.length === b.length && first < 0) return []
    return [
      `${subject}: ${name} is not what its address gives (value ${first} is ${a[first]}, made again ${b[first]})`,
    ]
  })
}

async function solutionProblems(stored: Columns, dataset: Dataset, subject: string): Promise<string[]> {
  const { k, rhs, x, residual } = stored.data
  const n = Math.sqrt(rhs!.length)
  const [f, solution] = [rowsOf(rhs!, n, 0, 1), rowsOf(x!, n, 0, 1)]
  const coefficient = rowsOf(k!, n + 1, 0, 1)
  const matrix = assemble(coefficient)
  const tolerance = Number((dataset.params.solverParams as Params | undefined)?.tolerance ?? 1e-10)
  const verdict = accepts(matrix, solution, f, tolerance)[0]!
  const problems: string[] = []
  if (!verdict.accepted)
    problems.push(`${subject}: residual of x is ${verdict.residual.toPrecision(2)}, asked ${tolerance}`)
  const said = (residual as Float64Array)[0]!
  if (!(Math.abs(said - verdict.residual) <= SAME_RESIDUAL))
    problems.push(`${subject}: residual of x is ${verdict.residual.toPrecision(2)}, the column says ${said}`)
  const bounds = { attainable: verdict.floor, ...certify(coefficient, solution, f)[0]! }
  problems.push(...boundProblems(stored, bounds, subject))
  problems.push(
    ...(await distanceProblems(stored, { solver: String(dataset.params.solver), tolerance }, subject)),
  )
  return problems
}

/** x against that of a solver that did not make it. */
async function distanceProblems(
  stored: Columns,
  made: { solver: string; tolerance: number },
  subject: string,
): Promise<string[]> {
  const { k, rhs, x, contrast } = stored.data
  const n = Math.sqrt(rhs!.length)
  const [f, solution, coefficient] = [rowsOf(rhs!, n, 0, 1), rowsOf(x!, n, 0, 1), rowsOf(k!, n + 1, 0, 1)]
  const matrix = assemble(coefficient)
  const isHard = (contrast as Float64Array)[0]! > PUBLISHED_CONTRAST
  const other = otherThan(made.solver, isHard)
  const solver = await load<Solver>('solver', 'solvers', other)
  const params = { ...solver.defaults, tolerance: 1e-12 }
  const again = await solver.solve(await solver.setup(matrix, params), f, params)
  const [ours, theirs] = [solution, again.x].map((one) => accepts(matrix, one, f, 1e-12)[0]!)
  if (!theirs!.accepted)
    return [
      `${subject}: solver ${other} leaves a residual of ${theirs!.residual.toPrecision(2)}: x is not compared`,
    ]
  const distance = relativeDistance(solution, again.x)
  const least = coefficient.data.reduce((so, value) => Math.min(so, value), Infinity)
  const allowed = Math.max(made.tolerance, ours!.floor) + Math.max(1e-12, theirs!.floor)
  const apart = (allowed * norm(f.data)) / (least * poissonEigenvalue(n) * norm(again.x.data))
  const most = isHard ? Math.max(SAME_X, apart) : SAME_X
  if (distance <= most) return []
  return [
    `${subject}: x differs from that of solver ${other} by ${distance.toPrecision(2)}, expected ${Number(most.toPrecision(2))}`,
  ]
}

/** cg, or where it would take too long, a direct method. */
function otherThan(solver: string, isHard: boolean): string {
  if (isHard) return solver === 'cholesky' ? 'multigrid' : 'cholesky'
  return solver === 'cg' ? 'cholesky' : 'cg'
}

function boundProblems(stored: Columns, bounds: { [column: string]: number }, subject: string): string[] {
  return Object.entries(bounds).flatMap(([name, value]) => {
    const said = (stored.data[name] as Float64Array | undefined)?.[0]
    if (said === undefined) return [`${subject}: no column '${name}'`]
    if (Math.abs(said - value) <= SAME_BOUND * value) return []
    return [`${subject}: ${name} is ${value.toPrecision(6)}, the column says ${said}`]
  })
}

function relativeDistance(a: Field, b: Field): number {
  return norm(a.data.map((value, p) => value - b.data[p]!)) / norm(b.data)
}
