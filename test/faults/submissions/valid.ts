/** Valid submissions, part by part, drawn anew at each call. */
import { LIST, listSchema } from '../../../benchmarks/lists.ts'
import type { Ends } from '../../../benchmarks/submission/rules/bytes.ts'
import type { Values } from '../../../benchmarks/submission/rules/columns.ts'
import type { Footer } from '../../../benchmarks/submission/rules/footer.ts'
import type { Statement } from '../../../benchmarks/submission/rules/statement.ts'
import type { Rng, Schema } from '../../../contracts.ts'

export const N = 3
export const fieldSchema: Schema = {
  row: { type: 'i32', shape: [], about: 'row' },
  x: { type: 'f32', shape: [N, N], about: 'x' },
}
const MANIFEST = 'a'.repeat(64)
export const ITEMS = 70

export function fields(stream: Rng): Values {
  const ids = shuffled(2 + stream.integer(9), stream)
  const x = Float64Array.from(
    { length: ids.length * N * N },
    () => 10 ** (4 * stream.normal()) * stream.normal(),
  )
  const columns = { rows: ids.length, data: { row: ids, x } }
  const truth = { rows: ids.length, data: { row: ids.toSorted() } }
  return { columns, truth, key: 'row', schema: fieldSchema, items: 0 }
}

export function lists(stream: Rng): Values {
  const ids = shuffled(2 + stream.integer(6), stream)
  const order = ids.toSorted()
  const histories = Array.from(order, () =>
    Int32Array.from({ length: stream.integer(8) }, (_, i) => 1 + i * 2),
  )
  const items = new Int32Array(ids.length * LIST)
  for (const [row, id] of ids.entries()) {
    const seen = new Set(histories[order.indexOf(id)])
    const free = shuffled(ITEMS, stream)
      .map((i) => i + 1)
      .filter((item) => !seen.has(item))
    items.set(free.subarray(0, 3 + stream.integer(LIST - 3)), row * LIST)
  }
  const columns = { rows: ids.length, data: { user: ids, items } }
  const truth = { rows: ids.length, data: { user: order, history: histories } }
  return { columns, truth, key: 'user', schema: listSchema, items: ITEMS }
}

export function footer(stream: Rng): Footer {
  const rows = 2 + stream.integer(50)
  const outline = {
    rows,
    groups: 1,
    unpacked: 4 * rows * (1 + N * N),
    columns: [
      { name: 'row', type: pick(stream, ['INT32', 'INT64']), depth: 0, leaves: 1 },
      { name: 'x', type: pick(stream, ['FLOAT', 'DOUBLE']), depth: 1, leaves: 1 },
    ],
    codecs: [pick(stream, ['ZSTD', 'SNAPPY', 'UNCOMPRESSED'])],
    outside: false,
    metadata: [['pandas', '{}']] as [string, string][],
  }
  return { outline, schema: fieldSchema, rows, manifest: MANIFEST }
}

export function ends(stream: Rng): Ends {
  const body = Buffer.from(Array.from({ length: 600 + stream.integer(200) }, () => stream.integer(256)))
  return whole(Buffer.concat([Buffer.from('PAR1'), body, footerOf(body.length >> 1), Buffer.from('PAR1')]))
}

export function statement(stream: Rng): Statement {
  const word = () =>
    Array.from({ length: 3 + stream.integer(8) }, () => String.fromCharCode(97 + stream.integer(26))).join('')
  return {
    name: `${word()}_${word()}.${stream.integer(9)}`,
    track: 'operators',
    dataset: { name: 'toy', track: 'operators' },
    tracks: ['operators', 'recommenders'],
    ...{
      model: `${word()} Ω`,
      loss: word(),
      seed: stream.integer(99),
      parameters: stream.integer(1e6),
      about: `${word()}.`,
    },
    params: { depth: stream.integer(9), list: [1, { a: null }] },
    by: { name: `A. ${word()}`, url: `https://${word()}.example.org/` },
    cite: 'arXiv:2406.04709',
    code: 'https://example.org/a/b',
    url: 'https://example.org/p.parquet?x=1',
  }
}

export function whole(file: Buffer): Ends {
  return { size: file.length, head: file.subarray(0, 512), tail: file }
}

export function footerOf(length: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(length)
  return out
}

export function shuffled(count: number, stream: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = stream.integer(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

export function pick<T>(stream: Rng, from: readonly T[]): T {
  return from[stream.integer(from.length)]!
}
