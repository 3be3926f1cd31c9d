/** A shard of a solved field set, from the address of its rows. */
import type { Columns, Dataset, Generator, Params, Shard, Solver, Table } from '../../contracts.ts'
import { addressOf } from '../../generators/fields/address.ts'
import { concat } from '../../io/columns.ts'
import { UserError } from '../../io/errors.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { writeParquet } from '../../io/parquet.ts'
import type { Regenerator } from '../regenerated.ts'
import { shardOptions } from '../stages/solve/dataset.ts'
import { solveShard } from '../stages/solve/solve-shard.ts'

const regenerator: Regenerator = {
  stages: ({ generator, solver }) => [
    { run: 'fields', params: { generator: generator! } },
    { run: 'solve', params: { solver: solver! } },
  ],

  obstacle({ params }) {
    const { generator, solver, seed, solverParams } = params
    if (typeof seed !== 'number') return 'its manifest names no seed'
    for (const [folder, name] of [
      ['generators', generator],
      ['solvers', solver],
    ] as const)
      if (!namesIn(folder).includes(String(name))) return `${name} is not in ${folder} of this code`
    const device = (solverParams as Params | undefined)?.device
    if (device !== undefined && device !== 'cpu')
      return `it was solved on the device ${device}, which gives the same bytes nowhere else`
    return null
  },

  async make(dataset, file, path, signal) {
    const shard = file as Shard
    const { generator: name, solver: solverName, solverParams, seed, ...law } = dataset.params
    const generator = await load<Generator>('generator', 'generators', String(name))
    const solver = await load<Solver>('solver', 'solvers', String(solverName))
    const first = firstRow(dataset, shard)
    const from = addressOf(shard.split, first)
    const parts: Columns[] = []
    const ctx = { seed: seed as number, signal }
    for await (const part of generator.rows(law, { from, to: from + shard.rows }, ctx)) parts.push(part)
    const tick = () => signal.throwIfAborted()
    const params = solverParams as Params & { tolerance: number }
    const solved = await solveShard(solver, params, concat(parts), { workers: 1, tick })
    if (solved.failures.length > 0)
      throw new UserError(`${shard.path}: ${solved.failures.length} rows did not converge`)
    const options = shardOptions({ generator: name!, ...law, seed: seed!, split: shard.split })
    await writeParquet(path, dataset.schema, solved.columns, options)
  },
}

export default regenerator

/** Index in its split of the first row of a shard. */
function firstRow({ shards }: Dataset, shard: Table & { split: Shard['split'] }): number {
  const own = shards.filter(({ split }) => split === shard.split)
  const before = own.slice(
    0,
    own.findIndex(({ path }) => path === shard.path),
  )
  return before.reduce((sum, { rows }) => sum + rows, 0)
}
