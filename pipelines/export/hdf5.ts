/**
 * A dataset of the track `operators` as the files of ConDiff: <out>/<name>/<name>_train.h5, _valid.h5, _test.h5 with the
 * arrays k, rhs, x in float64, contiguous (hdf5/layout.ts has the layouts). Sets with k = 1 have no k, as published.
 * The published sets have no valid rows; code written for them does not look for that file.
 *
 * Shards are read one at a time, each checked against its hashes. What a set has beside k, rhs and x (contrast,
 * residual, certificates) stays in the Parquet files.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, Dataset, Shard, Split } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { type Hdf5Writer, type Shapes, writeHdf5 } from '../../io/hdf5.ts'
import { readManifest } from '../../io/manifest.ts'
import { readParquet } from '../../io/parquet.ts'
import type { Exporter, ExportOptions } from '../exported.ts'
import { cut, type Layout, sidesOf, transposed } from './hdf5/layout.ts'

const hdf5 = {
  takes: 'dataset' as const,
  about:
    'a dataset of fields as the HDF5 files of ConDiff: k, rhs, x in float64, vectors in the order p = i + n j',

  async write(source, { out, asPublished, data }: Pick<ExportOptions, 'out' | 'asPublished' | 'data'>) {
    if (data !== undefined)
      throw new UserError('--dataset: means the dataset of a run, and nothing for HDF5, which is given it')
    const dataset = await readManifest(source)
    const plan = planOf(dataset, asPublished ? 'images' : 'flat')
    const said: string[] = []
    for (const split of ['train', 'valid', 'test'] as const) {
      const shards = dataset.shards.filter((shard) => shard.split === split)
      if (shards.length > 0) said.push(await writeSplit(plan, source, { split, shards, out }))
    }
    if (asPublished) said.push('images as the published notebooks read them: rhs and x transposed against k')
    return said
  },
} satisfies Exporter

export default hdf5

interface Plan {
  dataset: Dataset
  layout: Layout
  n: number
  columns: readonly string[]
}

function planOf(dataset: Dataset, layout: Layout): Plan {
  const { name, schema, params } = dataset
  const side = (column: string) => (schema[column]?.shape.length === 2 ? schema[column].shape[0] : undefined)
  const n = side('x')
  if (typeof n !== 'number' || side('rhs') !== n || side('k') !== n + 1)
    throw new UserError(`${name}: has no fields k, rhs and x, so it has no HDF5 layout of ConDiff`)
  return { dataset, layout, n, columns: params.generator === 'poisson' ? ['rhs', 'x'] : ['k', 'rhs', 'x'] }
}

async function writeSplit(
  plan: Plan,
  source: string,
  { split, shards, out }: { split: Split; shards: readonly Shard[]; out: string },
): Promise<string> {
  const { dataset, layout, columns } = plan
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0)
  const file = `${dataset.name}_${split}${layout === 'flat' ? '' : '_images'}.h5`
  const path = join(out, dataset.name, file)
  const writer = await writeHdf5(path, shapesOf(plan, rows), attributesOf(plan, split))
  try {
    let at = 0
    for (const shard of shards) {
      const options = { columns, schema: dataset.schema, expect: shard }
      writeRows(writer, plan, at, await readParquet(join(source, shard.path), options))
      at += shard.rows
    }
    await writer.finish()
  } finally {
    await writer.discard()
  }
  const size = `${((await stat(path)).size / 1e6).toFixed(1)} MB`
  const note = split === 'valid' ? ' (the published sets have no valid rows)' : ''
  return `${path}  ${rows} rows of ${columns.join(', ')}, ${size}${note}`
}

/** Rows handed over at a time: 64 fields of 129 × 129 are 8.5 MB. */
const SLAB = 64

function writeRows(writer: Hdf5Writer, { layout, n, columns }: Plan, at: number, shard: Columns): void {
  for (const name of columns) {
    const width = name === 'k' ? (n + 1) ** 2 : n * n
    const values = shard.data[name] as Float32Array | Float64Array
    for (let from = 0; from < shard.rows; from += SLAB) {
      const rows = Math.min(SLAB, shard.rows - from)
      const part = values.subarray(from * width, (from + rows) * width)
      const whole = name === 'k' && layout === 'flat'
      const turned = name === 'k' ? cut : transposed
      writer.write(name, at + from, whole ? Float64Array.from(part) : turned(part, rows, n))
    }
  }
}

function shapesOf({ layout, n, columns }: Plan, rows: number): Shapes {
  const { k, node } = sidesOf(layout, n)
  return Object.fromEntries(columns.map((name) => [name, [rows, ...(name === 'k' ? k : node)]]))
}

/** In the file itself, for whoever meets it alone. ASCII, which every reader of HDF5 shows. */
function attributesOf({ dataset, layout, n }: Plan, split: Split): Record<string, string> {
  const order =
    layout === 'flat'
      ? `k[i][j] on (n+1)^2 cells; rhs and x are vectors, entry p = i + n*j is node (i, j) between cells i, i+1 and j, j+1; n = ${n}. Reshaped row-major they are transposed against k`
      : `images as the ConDiff notebooks read them: k[:, :n, :n], and rhs, x transposed against it; n = ${n}. For comparison with published numbers only`
  return { dataset: `${dataset.name} ${dataset.version}, ${split}`, license: dataset.license, layout: order }
}
