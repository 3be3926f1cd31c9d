/**
 * A few rows of a dataset as the oldest readers take them: SNAPPY, PLAIN, format version 1, one row group. parquetjs-lite
 * knows neither ZSTD nor the newer encodings; hyparquet, DuckDB and arrow-rs read it too. Not the dataset, a sample of it.
 */
import { join } from 'node:path'
import type { Dataset, Table } from '../../contracts.ts'
import { slice } from '../../io/columns.ts'
import { readParquet, writeParquet } from '../../io/parquet.ts'

const ROWS = 16

/** Writes `<name>.parquet` into `folder`: the first rows of the first test shard, or of the first shard at all. */
export async function writeCompatible(
  source: string,
  dataset: Dataset,
  folder: string,
): Promise<Table | null> {
  const shard = dataset.shards.find(({ split, rows }) => split === 'test' && rows > 0) ?? dataset.shards[0]
  if (shard === undefined) return null
  const columns = await readParquet(join(source, shard.path), { schema: dataset.schema, expect: shard })
  const few = slice(columns, 0, Math.min(ROWS, columns.rows))
  const metadata = { 'fieldrank.sample': `the first ${few.rows} rows of ${dataset.name}/${shard.path}` }
  const options = { rowGroup: ROWS, metadata, compatible: true }
  return writeParquet(join(folder, `${dataset.name}.parquet`), dataset.schema, few, options)
}
