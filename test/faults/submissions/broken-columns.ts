/** Values that no prediction may have. */
import { LIST } from '../../../benchmarks/lists.ts'
import { columnRules, type Values } from '../../../benchmarks/submission/rules/columns.ts'
import type { Columns, Rng } from '../../../contracts.ts'
import type { Break } from './break.ts'
import { fields, ITEMS, lists, N, shuffled } from './valid.ts'

export const columnBreaks: Break[] = [
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
