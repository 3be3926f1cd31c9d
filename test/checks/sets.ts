/**
 * A few rows of every published set, made and solved by the stages of pipeline.yaml, read back from Parquet, and held against code
 * that did not make them.
 */
import { basename, join } from 'node:path'
import type { Columns, Solver, Split, Stage } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { readManifest, readSplit } from '../../io/manifest.ts'
import { expand } from '../../pipelines/expand.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import fields from '../../pipelines/stages/fields.ts'
import solve from '../../pipelines/stages/solve.ts'
import { verifyContents } from '../../pipelines/verified.ts'
import { certify } from '../../solvers/diffusion/certificate.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { testContext } from '../context.ts'
import { energy, nestedError, nodal, type Row } from '../solvers/diffusion/references.ts'

/** The stages `fields` and `solve` of every set of a profile, in the order of the pipeline. */
export function setsOf(profile: string): { name: string; fields: Stage; solve: Stage }[] {
  const stages = expand(loadPipeline(join(import.meta.dirname, '../../pipeline.yaml'), profile))
  return stages
    .filter(({ run, outs }) => run === 'solve' && outs[0]!.startsWith('datasets/operators/'))
    .map((stage) => {
      const made = stages.find(({ run, outs }) => run === 'fields' && outs[0] === stage.deps[0])!
      return { name: basename(stage.outs[0]!), fields: made, solve: stage }
    })
}

export interface SetReport {
  rows: number
  problems: string[] // of `fieldrank verify`: k, rhs made again; another solver; stored numbers
  residual: number // the worst ‖rhs − A x‖ / ‖rhs‖, from the cells
  distance: number // the worst relative l2 distance to a direct (or another) solution
  algebraic: number // the least (bound + bound of the other) / energy norm of the difference: never below 1
  majorant: number // the least bound / error against a finer grid: never below 1
}

/** Makes `rows` in `root`, all splits of them, and judges each; the nested reference of the first one alone (it is the dear one). */
export async function checkSet(
  set: ReturnType<typeof setsOf>[number],
  rows: number,
  root: string,
): Promise<SetReport> {
  const count = {
    train: Math.max(1, rows - 2),
    valid: rows > 1 ? 1 : 0,
    test: rows > 2 ? 1 : 0,
    perShard: 64,
  }
  const ctx = testContext(root)
  await fields({ ...set.fields, params: { ...set.fields.params, rows: count } } as never, ctx)
  await solve(set.solve as never, ctx)
  const folder = join(root, set.solve.outs[0]!)
  const dataset = await readManifest(folder)
  const { problems } = await verifyContents(folder, dataset, 3 * rows)
  const report: SetReport = {
    rows,
    problems: [...problems],
    residual: 0,
    distance: 0,
    algebraic: Infinity,
    majorant: Infinity,
  }
  for (const split of ['train', 'valid', 'test'] as const) {
    if (count[split] === 0) continue
    const columns = await readSplit(folder, dataset, split)
    for (let at = 0; at < columns.rows; at++) await judge(report, set, columns, split, at)
  }
  return report
}

async function judge(
  report: SetReport,
  set: { solve: Stage },
  columns: Columns,
  split: Split,
  at: number,
): Promise<void> {
  const row = rowOf(columns, at)
  const bounds = columns.data as Record<string, Float64Array>
  report.residual = Math.max(report.residual, residualOf(row))
  const other = await solvedAgain(row, set.solve.params.solver === 'cholesky' ? 'ic0' : 'cholesky')
  const gap = other.x.map((value, p) => value - row.x[p]!)
  const size = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  report.distance = Math.max(report.distance, size(gap) / size(row.x))
  // both bound the distance to the same exact solution; where both are exact there is nothing to compare
  const apart = Math.sqrt(energy(row.k, row.n, gap))
  if (apart > 0)
    report.algebraic = Math.min(report.algebraic, (bounds.algebraic![at]! + other.algebraic) / apart)
  if (split === 'train' && at === 0) {
    const m = 256 / (row.n + 1) > 3 ? 4 : 2
    report.majorant = bounds.majorant![at]! / (await nestedError(row, m))
  }
}

function rowOf({ data, rows }: Columns, at: number): Row {
  const cut = (name: string) => {
    const values = data[name] as Float32Array | Float64Array
    const size = values.length / rows
    return Float64Array.from(values.subarray(at * size, (at + 1) * size))
  }
  const [k, rhs, x] = [cut('k'), cut('rhs'), cut('x')]
  return { n: Math.sqrt(x.length), k, rhs, x }
}

/** ‖rhs − A x‖ / ‖rhs‖ from the fluxes between nodes, no matrix. */
export function residualOf(row: Row): number {
  const { n, k, rhs, x } = row
  const cell = (i: number, j: number) => k[i * (n + 1) + j]!
  let [error, scale] = [0, 0]
  for (let i = 1; i <= n; i++) {
    for (let j = 1; j <= n; j++) {
      const here = nodal(row, x, i, j)
      const f = nodal(row, rhs, i, j)
      const out =
        ((cell(i, j - 1) + cell(i, j)) / 2) * (here - nodal(row, x, i + 1, j)) +
        ((cell(i - 1, j - 1) + cell(i - 1, j)) / 2) * (here - nodal(row, x, i - 1, j)) +
        ((cell(i - 1, j) + cell(i, j)) / 2) * (here - nodal(row, x, i, j + 1)) +
        ((cell(i - 1, j - 1) + cell(i, j - 1)) / 2) * (here - nodal(row, x, i, j - 1))
      error += (f - (n + 1) ** 2 * out) ** 2
      scale += f * f
    }
  }
  return Math.sqrt(error / scale)
}

async function solvedAgain(
  { n, k, rhs }: Row,
  name: string,
): Promise<{ x: Float64Array; algebraic: number }> {
  const solver = await load<Solver>('solver', 'solvers', name)
  const params = { ...solver.defaults, tolerance: 1e-12 }
  const [field, f] = [
    { batch: 1, n: n + 1, data: k },
    { batch: 1, n, data: rhs },
  ]
  const { x } = await solver.solve(await solver.setup(assemble(field), params), f, params)
  return { x: x.data, algebraic: certify(field, x, f)[0]!.algebraic }
}
