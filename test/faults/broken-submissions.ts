/**
 * Group E1: for every rule of a submission a way to break it and nothing before it. `given(stream)` is drawn anew at each call, so
 * that a rule can be broken in many ways; `names` is what the message must say beside the rule: the row, the column, the value.
 */
import { LIST, listSchema } from '../../benchmarks/lists.ts'
import type { Rule } from '../../benchmarks/submission/rule.ts'
import { bytesRules, type Ends } from '../../benchmarks/submission/rules/bytes.ts'
import { columnRules, type Values } from '../../benchmarks/submission/rules/columns.ts'
import { type Footer, footerRules } from '../../benchmarks/submission/rules/footer.ts'
import { type Statement, statementRules } from '../../benchmarks/submission/rules/statement.ts'
import type { Columns, Rng, Schema } from '../../contracts.ts'

export interface Broken<T = unknown> {
  rules: readonly Rule<T>[]
  given: T
  names: string
}
export interface Break {
  id: string
  draw(stream: Rng): Broken
}

// ── valid ones ───────────────────────────────────────────────────────────────

export const N = 3
export const fieldSchema: Schema = {
  row: { type: 'i32', shape: [], about: 'row' },
  x: { type: 'f32', shape: [N, N], about: 'x' },
}
const MANIFEST = 'a'.repeat(64)
const ITEMS = 70

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

// ── broken ones ──────────────────────────────────────────────────────────────

const text = (value: string) => (): Buffer => Buffer.from(value, 'latin1')
const heads: Readonly<Record<string, (stream: Rng) => Buffer>> = {
  'not-pickle': (stream) =>
    pick(stream, [Buffer.of(0x80, 2 + stream.integer(4), 0x95), Buffer.from('cos\nsystem\n(S')]),
  'not-zip': text('PK\x03\x04'),
  'not-gzip': text('\x1f\x8b\x08'),
  'not-zstd': text('\x28\xb5\x2f\xfd'),
  'not-bzip2': text('BZh9'),
  'not-xz': text('\xfd7zXZ\0'),
  'not-tar': () => Buffer.concat([Buffer.alloc(257, 1), Buffer.from('ustar')]),
  'not-html': (stream) =>
    Buffer.from(
      pick(stream, ['<!DOCTYPE html>', '  <html>', '<script>alert(1)</script>', '\n<svg onload=x>']),
    ),
  'not-json': (stream) => Buffer.from(pick(stream, ['{"a": 1}', ' [[1, 2]]', '{}'])),
  'not-numpy': text('\x93NUMPY\x01\0'),
  'not-hdf5': text('\x89HDF\r\n\x1a\n'),
  'not-arrow': text('ARROW1\0\0'),
  'not-feather': text('FEA1'),
  'not-orc': text('ORC'),
  'not-avro': text('Obj\x01'),
  'not-sqlite': text('SQLite format 3\0'),
  'not-pdf': text('%PDF-1.7'),
  'not-executable': (stream) =>
    pick(stream, [Buffer.from('\x7fELF', 'latin1'), Buffer.from('MZ\x90\0', 'latin1')]),
  'not-script': text('#!/bin/sh\nrm -rf x'),
  'not-lfs-pointer': text('version https://git-lfs.github.com/spec/v1\n'),
  'not-onnx': text('\x08\x0a\x12\x07pytorch'),
  'not-safetensors': text('\x40\0\0\0\0\0\0\0{"a":{}}'),
  'not-encrypted': text('PARE'),
  'not-csv': text('row,x\n1,2\n'),
  'magic-head': text('\x01\x02\x03\x04'),
}

const bytesBreaks: Break[] = [
  bytes('file-not-empty', () => whole(Buffer.alloc(0)), 'empty'),
  bytes('file-size', (stream) => ({ ...ends(stream), size: 2 ** 31 }), '2147483648'),
  ...Object.entries(heads).map(([id, head]) =>
    bytes(
      id,
      (stream) => {
        const start = head(stream)
        const rest =
          id === 'not-csv'
            ? Buffer.from('3,4\n'.repeat(200))
            : Buffer.concat([Buffer.alloc(700), Buffer.from('PAR1')])
        return whole(Buffer.concat([start, rest]))
      },
      'expected a Parquet file',
    ),
  ),
  bytes('magic-tail', (stream) => cutShort(ends(stream), 1 + stream.integer(20)), 'PAR1'),
  bytes(
    'footer-length',
    (stream) => {
      const { head } = ends(stream)
      return whole(Buffer.concat([head, footerOf(1e6 + stream.integer(1e9)), Buffer.from('PAR1')]))
    },
    'is said to have',
  ),
  bytes(
    'not-polyglot',
    (stream) => {
      const directory = Buffer.alloc(22)
      directory.write('PK\x05\x06', 'latin1')
      directory.writeUInt16LE(8, 20) // the comment of the zip is the end of the Parquet file
      return whole(Buffer.concat([ends(stream).head, directory, footerOf(9), Buffer.from('PAR1')]))
    },
    'zip',
  ),
]

const footerBreaks: Break[] = [
  outline(
    'rows-some',
    (f) => ({ ...f.outline, rows: 0 }),
    () => 'no rows',
  ),
  outline(
    'rows-bound',
    (f) => ({ ...f.outline, rows: 2 * f.rows + 1 }),
    (f) => `the test split has ${f.rows}`,
  ),
  outline(
    'groups-bound',
    (f) => ({ ...f.outline, groups: f.rows + 1 }),
    (f) => `${f.rows + 1} row groups`,
  ),
  outline(
    'own-pages',
    (f) => ({ ...f.outline, outside: true }),
    () => 'other files',
  ),
  outline(
    'column-twice',
    (f) => ({ ...f.outline, columns: [...f.outline.columns, f.outline.columns[1]!] }),
    () => "'x'",
  ),
  outline(
    'column-there',
    (f) => ({ ...f.outline, columns: [f.outline.columns[0]!] }),
    () => "column 'x' is missing",
  ),
  outline(
    'column-known',
    (f) => ({ ...f.outline, columns: [...f.outline.columns, column('y', {})] }),
    () => "'y'",
  ),
  outline('column-scalar', replaced('row', { depth: 1 }), () => "'row'"),
  outline('column-list', replaced('x', { depth: 0 }), () => "'x'"),
  outline('column-plain', replaced('x', { leaves: 2 }), () => "'x'"),
  outline('column-depth', replaced('x', { depth: 3 }), () => "'x'"),
  outline('type-integer', replaced('row', { type: 'DOUBLE' }), () => "'row'"),
  outline('type-float', replaced('x', { type: 'BYTE_ARRAY' }), () => 'BYTE_ARRAY'),
  outline(
    'codec-known',
    (f) => ({ ...f.outline, codecs: ['LZO'] }),
    () => 'LZO',
  ),
  outline(
    'unpacked-bound',
    (f) => ({ ...f.outline, unpacked: 2 ** 40 }),
    () => String(2 ** 40),
  ),
  outline(
    'metadata-size',
    (f) => ({ ...f.outline, metadata: [['a', 'b'.repeat(2 ** 20)]] }),
    () => '1048577',
  ),
  outline(
    'metadata-keys',
    (f) => ({ ...f.outline, metadata: [['__proto__', '1']] }),
    () => '__proto__',
  ),
  outline(
    'metadata-script',
    (f) => ({ ...f.outline, metadata: [['note', '<ScRiPt src=x>']] }),
    () => "'note'",
  ),
  outline(
    'metadata-dataset',
    (f) => ({ ...f.outline, metadata: [['fieldrank.dataset', 'b'.repeat(64)]] }),
    () => 'bbbbbbbbbbbb…',
  ),
]

const columnBreaks: Break[] = [
  rowwise(
    'key-negative',
    (v, at) => set(v, at, -5),
    () => 'row -5',
  ),
  rowwise(
    'key-unknown',
    (v, at) => set(v, at, 999),
    () => 'row 999',
  ),
  rowwise(
    'key-twice',
    (v, at) => set(v, at, v.columns.data.row![at === 0 ? 1 : 0] as number),
    (v, at) => `row ${v.columns.data.row![at === 0 ? 1 : 0]} is there twice`,
  ),
  rowwise(
    'key-missing',
    (v, at) => without(v, at),
    (v, at) => `(row ${v.columns.data.row![at]} is missing)`,
  ),
  rowwise('value-nan', (v, at, stream) => put(v, at, Number.NaN, stream), said('NaN')),
  rowwise('value-infinite', (v, at, stream) => put(v, at, Infinity, stream), said('Infinity')),
  rowwise('value-minus-infinite', (v, at, stream) => put(v, at, -Infinity, stream), said('-Infinity')),
  rowwise('value-float32', (v, at, stream) => put(v, at, -3.5e38, stream), said('-3.5e+38')),
  listwise('item-negative', (list) => list.fill(-1, 0, 1), 'item -1'),
  listwise('item-beyond', (list) => list.fill(ITEMS + 1, 1, 2), `item ${ITEMS + 1}`),
  listwise('item-twice', (list) => list.copyWithin(2, 1, 2), 'listed twice'),
  listwise('item-after-end', (list) => list.fill(0, 1, 2), 'after a 0'),
  listwise('item-seen', (list, seen) => list.fill(seen, 0, 1), 'is in the history'),
]

const wrongText = { '-given': '  ', '-visible': 'a\u202Eb' }
const texts = (['model', 'loss', 'by', 'about'] as const).flatMap((id) => {
  const put = (one: Statement, value: string) =>
    id === 'by' ? { ...one, by: { name: value } } : { ...one, [id]: value }
  return [
    ...Object.entries(wrongText).map(([end, value]) => stated(`${id}${end}`, (one) => put(one, value), id)),
    stated(`${id}-length`, (one) => put(one, 'x'.repeat(1001)), '1001'),
  ]
})
const links = (['url', 'code', 'by-url'] as const).flatMap((id) => {
  const put = (one: Statement, url: string) =>
    id === 'by-url' ? { ...one, by: { name: 'a', url } } : { ...one, [id]: url }
  const wrong = {
    address: 'not an address',
    https: 'javascript:alert(1)',
    plain: 'https://a:b@example.org',
    public: 'https://127.0.0.1/x',
  }
  return Object.entries(wrong).map(([end, url]) => stated(`${id}-${end}`, (one) => put(one, url), url))
})
const deep = () => Array.from({ length: 9 }).reduce<unknown>((inner) => ({ a: inner }), 1)

const statementBreaks: Break[] = [
  stated('track-known', (one) => ({ ...one, track: 'operator' }), "'operator'"),
  stated('dataset-track', (one) => ({ ...one, dataset: { name: 'toy', track: 'recommenders' } }), 'toy'),
  stated(
    'name-form',
    (one, stream) => ({
      ...one,
      name: pick(stream, ['../x', 'A', '', 'a/b', 'a..b', `a${'b'.repeat(100)}`]),
    }),
    'name',
  ),
  stated(
    'name-reserved',
    (one, stream) => ({ ...one, name: pick(stream, ['con', 'nul.x', 'schema', 'com1']) }),
    'reserved',
  ),
  ...texts,
  stated('cite-form', (one) => ({ ...one, cite: 'see my page' }), 'see my page'),
  stated('seed-whole', (one, stream) => ({ ...one, seed: pick(stream, [-1, 0.5, Number.NaN]) }), 'seed'),
  stated('parameters-whole', (one) => ({ ...one, parameters: -3 }), '-3'),
  ...links,
  stated(
    'params-object',
    (one, stream) => ({ ...one, params: pick<unknown>(stream, [[], 'a', 1, null]) }),
    'object',
  ),
  stated('params-keys', (one) => ({ ...one, params: JSON.parse('{"a": [{"__proto__": 1}]}') }), '__proto__'),
  stated('params-depth', (one) => ({ ...one, params: deep() }), '8'),
  stated('params-size', (one) => ({ ...one, params: { a: 'x'.repeat(20_001) } }), '20,000'),
  stated('params-finite', (one) => ({ ...one, params: { a: [JSON.parse('1e999')] } }), 'finite'),
]

export const breaks: readonly Break[] = [...bytesBreaks, ...footerBreaks, ...columnBreaks, ...statementBreaks]

// ── how ──────────────────────────────────────────────────────────────────────

function bytes(id: string, given: (stream: Rng) => Ends, names: string): Break {
  return { id, draw: (stream) => ({ rules: bytesRules as never, given: given(stream), names }) }
}

function outline(id: string, change: (footer: Footer) => unknown, names: (footer: Footer) => string): Break {
  return {
    id,
    draw(stream) {
      const good = footer(stream)
      return { rules: footerRules as never, given: { ...good, outline: change(good) }, names: names(good) }
    },
  }
}

function column(name: string, said: object) {
  return { name, type: 'FLOAT', depth: 1, leaves: 1, ...said }
}

function replaced(name: string, said: object) {
  return ({ outline }: Footer) => ({
    ...outline,
    columns: outline.columns.map((one) => (one.name === name ? { ...one, ...said } : one)),
  })
}

type Changed = (values: Values, at: number, stream: Rng) => Columns

function rowwise(id: string, change: Changed, names: (values: Values, at: number) => string): Break {
  return {
    id,
    draw(stream) {
      const good = fields(stream)
      const at = stream.integer(good.columns.rows)
      const given = { ...good, columns: change(good, at, stream) }
      return { rules: columnRules as never, given, names: names(good, at) }
    },
  }
}

function listwise(id: string, change: (list: Int32Array, seen: number) => unknown, names: string): Break {
  return {
    id,
    draw(stream) {
      const good = lists(stream)
      const at = stream.integer(good.columns.rows)
      const user = good.columns.data.user as Int32Array
      const order = good.truth.data.user as Int32Array
      const histories = [...(good.truth.data.history as Int32Array[])]
      const list = (good.columns.data.items as Int32Array).subarray(at * LIST, (at + 1) * LIST)
      const free = shuffled(ITEMS, stream)
        .map((i) => i + 1)
        .find((item) => !list.includes(item))!
      if (id === 'item-seen') histories[order.indexOf(user[at]!)] = Int32Array.of(free)
      change(list, free)
      const truth = { ...good.truth, data: { ...good.truth.data, history: histories } }
      return {
        rules: columnRules as never,
        given: { ...good, truth },
        names: `user ${user[at]}: ${names.startsWith('item') ? names : ''}`,
      }
    },
  }
}

function stated(id: string, change: (statement: Statement, stream: Rng) => Statement, names: string): Break {
  return {
    id,
    draw: (stream) => ({ rules: statementRules as never, given: change(statement(stream), stream), names }),
  }
}

function set({ columns }: Values, at: number, id: number): Columns {
  const row = (columns.data.row as Int32Array).slice()
  row[at] = id
  return { ...columns, data: { ...columns.data, row } }
}

function without({ columns: { rows, data } }: Values, at: number): Columns {
  const keep = (_: number, i: number) => Math.floor(i / (N * N)) !== at
  return {
    rows: rows - 1,
    data: {
      row: (data.row as Int32Array).filter((_, i) => i !== at),
      x: (data.x as Float64Array).filter(keep),
    },
  }
}

function put({ columns }: Values, at: number, value: number, stream: Rng): Columns {
  const x = (columns.data.x as Float64Array).slice()
  x[at * N * N + stream.integer(N * N)] = value
  return { ...columns, data: { ...columns.data, x } }
}

function said(value: string) {
  return ({ columns }: Values, at: number) => `column 'x' of row ${columns.data.row![at]} holds ${value}`
}

function whole(file: Buffer): Ends {
  return { size: file.length, head: file.subarray(0, 512), tail: file }
}

function cutShort({ tail }: Ends, by: number): Ends {
  return whole(Buffer.from(tail.subarray(0, tail.length - by)))
}

function footerOf(length: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(length)
  return out
}

function shuffled(count: number, stream: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = stream.integer(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

function pick<T>(stream: Rng, from: readonly T[]): T {
  return from[stream.integer(from.length)]!
}
