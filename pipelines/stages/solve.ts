/**
 * x of −div(k ∇u) = rhs for every row of a field set: the published dataset, Parquet shards beside a manifest.
 *
 * The system solved is the stored one: k and rhs as rounded to f32, A assembled from them in f64. A row is accepted when
 * ‖r‖ ≤ max(tolerance ‖rhs‖, 4 ε ‖ |A| |x| ‖), r = rhs − A x recomputed in f64 here, whatever the solver says of itself.
 * A row that is not accepted is tried again with banded Cholesky, up to the n that this can do; if one still is not, nothing is
 * published, and the rows are named.
 *
 * params: `solver` (a name in solvers/, or a path), `tolerance`, and the solver's own params. Both numbers of that test are stored
 * with every row, and two bounds of its error (solvers/diffusion/certificate.ts). x of a row does not depend on the rows beside
 * it, so a killed stage goes on after its last whole shard.
 */
import { basename, dirname, join } from 'node:path'
import type { Context, Params, Solver, Work } from '../../contracts.ts'
import { readArrow } from '../../io/arrow.ts'
import { UserError } from '../../io/errors.ts'
import { exists } from '../../io/files.ts'
import { load } from '../../io/lookup.ts'
import { writeManifest } from '../../io/manifest.ts'
import { withDefaults } from '../../io/params.ts'
import { tableOf, writeParquet } from '../../io/parquet.ts'
import { MOST_SIDE } from '../../solvers/cholesky.ts'
import { type FieldsFile, type FieldsShard, readFieldsFile } from '../fields-file.ts'
import type { Shards } from '../stage-file.ts'
import { datasetOf, type Receipt, schemaOf, shardOptions } from './solve/dataset.ts'
import { type Failure, solveShard } from './solve/solve-shard.ts'

type SolveParams = Params & { solver: string; tolerance: number }

const solve: Work<SolveParams> = async (stage, ctx) => {
  const { solver: name, ...own } = stage.params
  const solver = await load<Solver>('solver', 'solvers', name)
  const given = withDefaults(`solver ${name}`, { tolerance: 1e-10, ...solver.defaults }, own)
  const params = await onNamedDevice(name, given)
  const source = ctx.dep(stage.deps[0]!)
  const folder = ctx.out(stage.outs[0]!)
  const fields = await readFieldsFile(source)
  const run: Run = { solver, params, fields, source, folder, ctx, done: 0 }
  const receipts: Receipt[] = []
  const failures: Failure[] = []
  for (const shard of fields.shards.slice(...(ctx.part ?? []))) {
    const made = (await finished(run, shard)) ?? (await makeShard(run, shard))
    if ('failures' in made) failures.push(...made.failures)
    else receipts.push(made)
  }
  if (failures.length > 0) throw new UserError(`${stage.id}: ${sentence(failures, fields, params.tolerance)}`)
  if (ctx.part) return {}
  const [out] = stage.outs // datasets/<track>/<name>: more than one track asks for solved rows
  const names = { name: basename(out!), track: basename(dirname(out!)) }
  const dataset = datasetOf(names, fields, receipts, {
    solver: name,
    solverParams: params,
  })
  await writeManifest(folder, dataset)
  return dataset.facts
}

export default solve

/** How many shards a cluster may make side by side. */
export const shards: Shards = async (stage, ctx) =>
  (await readFieldsFile(ctx.dep(stage.deps[0]!))).shards.length

/** `gpu` may be any: the manifest says which one it was. */
async function onNamedDevice<P extends Params>(name: string, params: P): Promise<P> {
  if (params.device !== 'gpu') return params
  const { findDevice } = await import('../../tensor/devices.ts') // brings a tensor library along
  const found = await findDevice('gpu')
  if ('missing' in found) throw new UserError(`solver ${name}: ${found.missing}`)
  return { ...params, device: found.device }
}

interface Run {
  solver: Solver
  params: Params & { tolerance: number }
  fields: FieldsFile
  source: string
  folder: string
  ctx: Context
  done: number // rows
}

/** The receipt of a shard that a former attempt finished and whose file still is what it was. */
async function finished(run: Run, { path, rows }: FieldsShard): Promise<Receipt | null> {
  const name = parquetName(path)
  const receipt = run.ctx.journal.done(name) as Receipt | undefined
  if (receipt === undefined || !(await exists(join(run.folder, name)))) return null
  const table = await tableOf(join(run.folder, name)).catch(() => null)
  if (table?.sha256 !== receipt.shard.sha256) return null
  progress(run, rows)
  return receipt
}

/** Solves and writes one shard; where a row stays unsolved, no file is written. */
async function makeShard(run: Run, shard: FieldsShard): Promise<Receipt | { failures: readonly Failure[] }> {
  const { fields, folder, ctx, solver, params } = run
  const { columns } = await readArrow(join(run.source, shard.path), { expect: shard })
  const tick = (rows: number) => {
    ctx.signal.throwIfAborted()
    progress(run, rows)
  }
  const solved = await solveShard(solver, params, columns, { workers: ctx.workers, tick })
  if (solved.failures.length > 0)
    return { failures: solved.failures.map((failure) => ({ ...failure, split: shard.split })) }
  const name = parquetName(shard.path)
  const law = { generator: fields.generator, ...fields.params, seed: fields.seed, split: shard.split }
  const schema = schemaOf(fields.schema)
  const table = await writeParquet(join(folder, name), schema, solved.columns, shardOptions(law))
  const { worst, fallbacks } = solved
  const { attainable, algebraic, majorant } = solved.columns.data as Record<string, Float64Array>
  const receipt: Receipt = {
    shard: { split: shard.split, ...table },
    worst,
    fallbacks,
    attainable: attainable!.reduce((most, value) => Math.max(most, value), 0),
    algebraic: [...algebraic!],
    majorant: [...majorant!],
  }
  await ctx.journal.record(name, JSON.parse(JSON.stringify(receipt)))
  return receipt
}

function parquetName(arrow: string): string {
  return arrow.replace(/\.arrow$/, '.parquet')
}

function progress(run: Run, rows: number): void {
  run.done += rows
  run.ctx.progress(run.done, run.fields.facts.rows, 'rows')
}

/** `3 of 1300 rows did not converge (train 17, train 204, test 51; worst residual 4.1e-7, asked 1e-10). …` */
function sentence(failures: readonly Failure[], fields: FieldsFile, tolerance: number): string {
  const { rows } = fields.facts
  const n = fields.schema.rhs!.shape[0] as number
  const named = failures.slice(0, 8).map(({ split, row }) => `${split} ${row}`)
  const list = named.join(', ') + (failures.length > named.length ? ', …' : '')
  const worst = failures.reduce((most, { residual }) => Math.max(most, residual), 0)
  return (
    `${failures.length} of ${rows} rows did not converge (${list}; worst residual ${worst.toPrecision(2)}, ` +
    `asked ${tolerance}). Nothing was published. Cholesky ` +
    (n > MOST_SIDE ? `ends at ${MOST_SIDE} nodes a side and was not tried` : 'was tried on them too') +
    ': ask for a larger tolerance'
  )
}
