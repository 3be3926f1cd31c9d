/** The manifest of a solved field set. */
import type { Column, Dataset, Params, Schema, Shard } from '../../../contracts.ts'
import { canonical } from '../../../io/json.ts'
import { quantile } from '../../../math/statistics.ts'
import type { FieldsFile } from '../../fields-file.ts'

/** What the journal keeps of a solved shard. */
export interface Receipt {
  shard: Shard
  worst: number // relative residual
  fallbacks: number // rows that the solver left and Cholesky solved
  attainable: number // the largest of the shard
  algebraic: readonly number[] // of every row
  majorant: readonly number[]
}

/** Rows of a Parquet row group: what a range reader fetches at least. */
const ROW_GROUP = 64

/** How a shard of a solved set is written. Equal columns and law give equal bytes. */
export function shardOptions(law: Params): { rowGroup: number; metadata: Record<string, string> } {
  return { rowGroup: ROW_GROUP, metadata: { 'fieldrank.params': canonical(law) } }
}

/** Columns of a solved set, from those of its fields: how often a field was drawn is a fact of the set, not of a row. */
export function schemaOf({ row, k, rhs, contrast }: Schema): Schema {
  return {
    row: row!,
    k: k!,
    rhs: rhs!,
    x: { type: 'f64', shape: rhs!.shape, unit: '1', about: 'solution at the n² interior nodes' },
    contrast: contrast!,
    residual: number('relative residual ‖rhs − A x‖ / ‖rhs‖'),
    attainable: number(
      '4 ε ‖ |A| |x| ‖ / ‖rhs‖, ε = 2⁻⁵²: the relative residual that rounding alone may leave',
    ),
    algebraic: number(
      'guaranteed bound of √(h² eᵀA e), e the distance of x from the exact solution of A x = rhs',
    ),
    majorant: number(
      'guaranteed bound of √∫ k |∇(u − v)|², u the solution of the continuous problem, v the linear interpolant of x',
    ),
  }
}

function number(about: string): Column {
  return { type: 'f64', shape: [], unit: '1', about }
}

export function datasetOf(
  { name, track }: Pick<Dataset, 'name' | 'track'>,
  fields: FieldsFile,
  receipts: readonly Receipt[],
  solver: Params,
): Dataset {
  const { about, cite, generator, params, seed, facts } = fields
  return {
    name,
    track,
    version: '1.0.0',
    license: 'CC-BY-4.0',
    about,
    ...(cite === undefined ? {} : { cite }),
    schema: schemaOf(fields.schema),
    shards: receipts.map(({ shard }) => shard),
    tables: [],
    params: { generator, ...params, seed, ...solver },
    facts: {
      rows: facts.rows,
      grid: fields.schema.rhs!.shape[0] as number,
      unconverged: 0,
      worstResidual: receipts.reduce((most, { worst }) => Math.max(most, worst), 0),
      worstAttainable: receipts.reduce((most, { attainable }) => Math.max(most, attainable), 0),
      algebraic: spread(receipts.flatMap(({ algebraic }) => algebraic)),
      majorant: spread(receipts.flatMap(({ majorant }) => majorant)),
      fallbacks: receipts.reduce((sum, receipt) => sum + receipt.fallbacks, 0),
      contrastQuantiles: facts.contrastQuantiles,
      rejectedDraws: facts.rejectedDraws,
    },
  }
}

/** Bounds over the rows of the set; how far they lie above the errors is not known. */
function spread(bounds: readonly number[]): Params {
  return { median: quantile(bounds, 0.5), worst: quantile(bounds, 1) }
}
