/** From bytes to scores, with real Parquet files: what the reader itself refuses, and what comes out of what is right. */
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import * as wasm from 'parquet-wasm/node'
import { LIST, listSchema } from '../../../benchmarks/lists.ts'
import { judge } from '../../../benchmarks/submission/judge.ts'
import type { Columns, Schema } from '../../../contracts.ts'
import { readManifest, readSplit } from '../../../io/manifest.ts'
import { readParquet, writeParquet } from '../../../io/parquet.ts'
import { GRID, makeOperators, makeRecommenders, temporary } from '../toy-datasets.ts'

const X = GRID * GRID

describe('benchmarks/submission/judge', () => {
  let folder = ''
  let count = 0
  const at = (...path: string[]) => join(folder, ...path)
  before(async () => {
    folder = await temporary()
    await makeOperators(at('fields'))
    await makeRecommenders(at('walks'))
  })

  const judged = async (file: string, data = 'fields', metrics = ['relative-l2', 'max-error']) => {
    const out = at(`out${count++}`)
    await mkdir(out)
    return { out, ...(await judge({ subject: 'submission x', file, data: at(data), metrics, out })) }
  }
  const written = async (schema: Schema, columns: Columns) => {
    const path = at(`given${count++}.parquet`)
    await writeParquet(path, schema, columns)
    return path
  }
  /** Through Arrow alone: what our own writer would not write. */
  const strange = async (columns: Record<string, arrow.Vector>) => {
    const path = at(`strange${count++}.parquet`)
    const table = wasm.Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns), 'stream'))
    await writeFile(path, wasm.writeParquet(table))
    return path
  }
  const list = (rows: (number | null)[][], type: arrow.DataType) =>
    arrow.vectorFromArray(rows, new arrow.List(new arrow.Field('item', type, true)))
  const ids = (values: (number | null)[], type: arrow.DataType = new arrow.Int32()) =>
    arrow.vectorFromArray(values, type)
  const refuses = (file: Promise<string>, message: RegExp, data?: string) =>
    assert.rejects(
      file.then((path) => judged(path, data, data === 'walks' ? ['ndcg@10'] : undefined)),
      (error: Error) => {
        assert.equal(error.name, 'UserError', error.stack)
        assert.match(error.message, message)
        return true
      },
    )
  const wide = (rows: number, width = X) =>
    Array.from({ length: rows }, () => new Array<number>(width).fill(0))

  it('scores what others wrote, in any order and width, and keeps its own copy in order', async () => {
    const truth = await readSplit(at('fields'), await readManifest(at('fields')), 'test', ['row', 'x'])
    const order = [3, 0, 4, 1, 2]
    const x = order.map((row) => Array.from((truth.data.x as Float64Array).subarray(row * X, (row + 1) * X)))
    const file = await strange({ row: ids(order, new arrow.Int16()), x: list(x, new arrow.Float64()) })
    const { out, scores, predictions, dataset } = await judged(file)
    // The truth, rounded to float32: 2⁻²⁴ of each value at most.
    assert.ok(scores['relative-l2']!.value < 6e-8 && scores['relative-l2']!.rows === 5)
    assert.equal(dataset.version, '1.0.0')
    const { data } = await readParquet(join(out, 'predictions.parquet'))
    assert.deepEqual([...(data.row as Int32Array)], [0, 1, 2, 3, 4])
    assert.deepEqual(data.x, Float32Array.from(truth.data.x as Float64Array))
    assert.equal((await readFile(join(out, 'predictions.parquet'))).length, predictions.bytes)
    assert.ok((await readParquet(join(out, 'rows.parquet'))).data['max-error'])
    // The same values in another file of another order leave the same bytes.
    const again = await strange({
      row: ids([0, 1, 2, 3, 4]),
      x: list(
        order.map((_, i) => x[order.indexOf(i)]!),
        new arrow.Float32(),
      ),
    })
    assert.equal((await judged(again)).predictions.sha256, predictions.sha256)
  })

  it('refuses what is no Parquet file, cut off, or written on', async () => {
    const good = await readFile(await written(fieldsSchema, zeros(5)))
    const put = async (bytes: Buffer) => {
      const path = at(`bytes${count++}.parquet`)
      await writeFile(path, bytes)
      return path
    }
    await refuses(put(Buffer.alloc(0)), /the file is empty \[file-not-empty\]$/)
    await refuses(put(Buffer.from('\x80\x04\x95 pickled', 'latin1')), /a Python pickle.* \[not-pickle\]$/)
    await refuses(put(good.subarray(0, good.length - 5)), /\[magic-tail\]$/)
    await refuses(put(Buffer.concat([good, Buffer.from('\n')])), /\[magic-tail\]$/)
    const torn = Buffer.from(good)
    torn.fill(0xff, good.length - 60, good.length - 20)
    await refuses(put(torn), /\[file-readable\]$/)
  })

  it('names null, ragged, too wide and wrong values by rule and row', async () => {
    const x = list(wide(5), new arrow.Float32())
    await refuses(strange({ row: ids([0, 1, null, 3, 4]), x }), /1 missing values.*\[values-present\]$/)
    const hole = wide(5) as (number | null)[][]
    hole[2]![4] = null
    await refuses(
      strange({ row: ids([0, 1, 2, 3, 4]), x: list(hole, new arrow.Float32()) }),
      /\[values-present\]$/,
    )
    const ragged = wide(5)
    ragged[3] = [1, 2]
    await refuses(
      strange({ row: ids([0, 1, 2, 3, 4]), x: list(ragged, new arrow.Float32()) }),
      new RegExp(`row 3 holds 2 values, expected ${X} \\[values-shape\\]$`),
    )
    const big = arrow.vectorFromArray([0n, 1n, 2n, 3n, 2n ** 40n], new arrow.Int64())
    await refuses(strange({ row: big, x }), /1099511627776 .*does not fit i32 \[key-range\]$/)
    await refuses(
      strange({ row: ids([0, 1, 2, 3, 4], new arrow.Float64()), x }),
      /'row' is not of integers.*\[type-integer\]$/,
    )
    await refuses(
      strange({ row: ids([0, 1, 2, 3, 4]), x, y: x }),
      /column 'y' is not asked for.*\[column-known\]$/,
    )
    await refuses(strange({ row: ids([0, 1, 2, 3, 4]) }), /column 'x' is missing.*\[column-there\]$/)
    const deep = arrow.vectorFromArray(
      Array.from({ length: 5 }, () => wide(GRID, GRID)),
      new arrow.List(
        new arrow.Field('item', new arrow.List(new arrow.Field('item', new arrow.Float32(), true)), true),
      ),
    )
    assert.equal(
      (await judged(await strange({ row: ids([0, 1, 2, 3, 4]), x: deep }))).scores['relative-l2']!.value,
      1,
    )
  })

  it('looks at ids, values and lists', async () => {
    await refuses(
      written(fieldsSchema, zeros(4)),
      /4 rows, the test split has 5 \(row 4 is missing\) \[key-missing\]$/,
    )
    const inf = zeros(5)
    ;(inf.data.x as Float32Array)[2 * X] = Number.POSITIVE_INFINITY
    await refuses(written(fieldsSchema, inf), /column 'x' of row 2 holds Infinity.*\[value-infinite\]$/)
    const { data } = await readSplit(at('walks'), await readManifest(at('walks')), 'test', [
      'user',
      'history',
    ])
    const user = data.user as Int32Array
    const items = new Int32Array(user.length * LIST)
    const seen = (data.history as Int32Array[])[7]![0]!
    items[7 * LIST] = seen
    await refuses(
      written(listSchema, { rows: user.length, data: { user, items } }),
      new RegExp(`user ${user[7]}: item ${seen} is in the history.*\\[item-seen\\]$`),
      'walks',
    )
  })
})

const fieldsSchema: Schema = {
  row: { type: 'i32', shape: [], about: 'row' },
  x: { type: 'f32', shape: [GRID, GRID], about: 'x' },
}

function zeros(rows: number): Columns {
  return {
    rows,
    data: { row: Int32Array.from({ length: rows }, (_, i) => i), x: new Float32Array(rows * X) },
  }
}
