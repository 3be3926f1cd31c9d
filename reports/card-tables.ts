/** Tables that every card has: files, columns, params; and the quantiles of a column. */
import type { Column, Dataset, Json } from '../contracts.ts'
import { quantile } from '../math/statistics.ts'
import type { Block } from './card.ts'
import { NONE, significant } from './numbers.ts'

type Table = Block & { kind: 'table' }

export function filesTable({ shards, tables }: Dataset): Table {
  const splits = [...new Set(shards.map(({ split }) => split))]
  const size = (files: readonly { bytes: number }[]) =>
    megabytes(files.reduce((sum, { bytes }) => sum + bytes, 0))
  const rows = splits.map((split) => {
    const own = shards.filter((shard) => shard.split === split)
    const count = own.reduce((sum, shard) => sum + shard.rows, 0)
    return [split, grouped(count), String(own.length), size(own)]
  })
  const others = tables.map((table) => [table.path, grouped(table.rows), '1', size([table])])
  return { kind: 'table', head: ['', 'rows', 'files', 'MB'], rows: [...rows, ...others], numbers: [1, 2, 3] }
}

export function columnsTable({ schema }: Dataset): Table {
  const rows = Object.entries(schema).map(([name, { type, shape, about }]) => [
    name,
    typeOf(type, shape),
    about,
  ])
  return { kind: 'table', head: ['column', 'type', 'what it is'], rows, numbers: [] }
}

export function paramsTable({ params }: Dataset): Table {
  const rows = Object.entries(params).map(([name, value]) => [name, shown(value)])
  return { kind: 'table', head: ['param', 'value'], rows, numbers: [] }
}

/** Least, median, 95 % and greatest of some columns. */
export function quantilesTable(columns: readonly (readonly [name: string, values: Float64Array])[]): Table {
  const rows = columns.map(([name, values]) => [
    name,
    ...[0, 0.5, 0.95, 1].map((q) => shortNumber(quantile(values, q))),
  ])
  return {
    kind: 'table',
    head: ['column', 'least', 'median', '95 %', 'greatest'],
    rows,
    numbers: [1, 2, 3, 4],
  }
}

/** Three significant digits; a power of ten where plain digits would be long. */
export function shortNumber(value: number): string {
  if (Number.isNaN(value)) return NONE
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2)
  return Number.isInteger(value) ? grouped(value) : significant(value, 3)
}

/** 1000 → 1,000. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

function megabytes(bytes: number): string {
  return bytes < 1e5 ? (bytes / 1e6).toFixed(3) : (bytes / 1e6).toFixed(1)
}

function typeOf(type: Column['type'], shape: Column['shape']): string {
  if (shape.length === 0) return type
  return shape.includes('*') ? `list of ${type}` : `${type} [${shape.join(' × ')}]`
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : value === null ? NONE : JSON.stringify(value)
}
