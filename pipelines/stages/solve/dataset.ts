/** The manifest of a solved field set. */
import type { Dataset, Params, Schema, Shard } from '../../../contracts.ts'
import type { FieldsFile } from '../../fields-file.ts'

/** What the journal keeps of a solved shard. */
export interface Receipt {
  shard: Shard
  worst: number // relative residual
  fallbacks: number // rows that the solver left and Cholesky solved
}

/** Columns of a solved set, from those of its fields: how often a field was drawn is a fact of the set, not of a row. */
export function schemaOf({ row, k, rhs, contrast }: Schema): Schema {
  return {
    row: row!,
    k: k!,
    rhs: rhs!,
    x: { type: 'f64', shape: rhs!.shape, unit: '1', about: 'solution at the n² interior nodes' },
    contrast: contrast!,
    residual: { type: 'f64', shape: [], unit: '1', about: 'relative residual of x' },
  }
}

export function datasetOf(
  name: string,
  fields: FieldsFile,
  receipts: readonly Receipt[],
  solver: Params,
): Dataset {
  const { about, cite, generator, params, seed, facts } = fields
  return {
    name,
    track: 'operators',
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
      fallbacks: receipts.reduce((sum, receipt) => sum + receipt.fallbacks, 0),
      contrastQuantiles: facts.contrastQuantiles,
      rejectedDraws: facts.rejectedDraws,
    },
  }
}
