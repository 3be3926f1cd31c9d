/** What the values may be. The order of the rows is free; every rule names the row by its id. */
import type { Columns, Schema } from '../../../contracts.ts'
import type { Rule } from '../rule.ts'

export interface Values {
  columns: Columns // floats in f64: an overflow of f32 must show
  truth: Columns // of the test split: the key, and histories where there are any
  key: string
  schema: Schema
  items: number // of the catalog; 0 for fields
}

const FLOAT32 = 3.4028234663852886e38

export const columnRules: readonly Rule<Values>[] = [
  {
    id: 'key-negative',
    says: 'Ids are not negative.',
    flaw: ({ columns, key }) =>
      found(
        ids(columns, key),
        (id) => id < 0,
        (id) => `${key} ${id} is negative`,
      ),
  },
  {
    id: 'key-unknown',
    says: 'Ids are those of the test split.',
    flaw({ columns, truth, key }) {
      const known = new Set(ids(truth, key))
      return found(
        ids(columns, key),
        (id) => !known.has(id),
        (id) => `${key} ${id} is not in the test split`,
      )
    },
  },
  {
    id: 'key-twice',
    says: 'No id is there twice.',
    flaw({ columns, key }) {
      const seen = new Set<number>()
      const isTwice = (id: number) => seen.size === seen.add(id).size
      return found(ids(columns, key), isTwice, (id) => `${key} ${id} is there twice`)
    },
  },
  {
    id: 'key-missing',
    says: 'Every id of the test split is there.',
    flaw({ columns, truth, key }) {
      const given = new Set(ids(columns, key))
      const counts = `${columns.rows} rows, the test split has ${truth.rows}`
      return found(
        ids(truth, key),
        (id) => !given.has(id),
        (id) => `${counts} (${key} ${id} is missing)`,
      )
    },
  },
  number('value-nan', 'No value is NaN.', Number.isNaN, () => 'NaN'),
  number(
    'value-infinite',
    'No value is Infinity.',
    (value) => value === Infinity,
    () => 'Infinity',
  ),
  number(
    'value-minus-infinite',
    'No value is -Infinity.',
    (value) => value === -Infinity,
    () => '-Infinity',
  ),
  number(
    'value-float32',
    'Every value fits float32.',
    (value) => Math.abs(value) > FLOAT32,
    (value) => `${value}, beyond float32`,
  ),
  list(
    'item-negative',
    'No item is negative.',
    (items) => items.find((item) => item < 0),
    (item) => `item ${item} is negative`,
  ),
  {
    id: 'item-beyond',
    says: 'Items are those of the catalog.',
    flaw: (given) =>
      inLists(
        given,
        (items) => items.find((item) => item > given.items),
        (item) => `item ${item} is not in the catalog (1 to ${given.items})`,
      ),
  },
  list('item-twice', 'No item is listed twice.', twice, (item) => `item ${item} is listed twice`),
  list(
    'item-after-end',
    'A 0 ends a list.',
    afterEnd,
    (item) => `item ${item} stands after a 0, which ends a list`,
  ),
  {
    id: 'item-seen',
    says: 'No item of the history is listed: seen items are excluded.',
    flaw({ columns, truth, key, schema }) {
      const histories = truth.data.history as readonly Int32Array[] | undefined
      if (schema.items === undefined || histories === undefined) return null
      const seen = new Map(Array.from(ids(truth, key), (id, row) => [id, new Set(histories[row])] as const))
      return inRows(
        columns,
        key,
        (items, id) => items.find((item) => item !== 0 && seen.get(id)?.has(item) === true),
        (item) => `item ${item} is in the history, and seen items are excluded`,
      )
    },
  },
]

/** What the reader itself refuses, by what its sentence says. */
export const readingRules: readonly { id: string; says: string; pattern: RegExp }[] = [
  { id: 'values-present', says: 'No value is null.', pattern: /missing values/ },
  {
    id: 'values-shape',
    says: 'Every row has as many values as the shape.',
    pattern: /holds \d+ values, expected \d+/,
  },
  { id: 'key-range', says: 'Ids and items fit 32 bits.', pattern: /does not fit/ },
  {
    id: 'values-type',
    says: 'Columns hold what the schema says.',
    pattern: /holds (floats|text|numbers|one value|a list)|is of type/,
  },
  { id: 'file-readable', says: 'The file can be read.', pattern: /./ },
]

function number(
  id: string,
  says: string,
  isWrong: (value: number) => boolean,
  what: (value: number) => string,
): Rule<Values> {
  return {
    id,
    says,
    flaw({ columns, key, schema }) {
      for (const [name, { type }] of Object.entries(schema)) {
        if (type !== 'f32') continue
        const values = columns.data[name] as Float64Array
        const at = values.findIndex(isWrong)
        const row = Math.floor((at * columns.rows) / values.length)
        if (at !== -1)
          return `column '${name}' of ${key} ${ids(columns, key)[row]} holds ${what(values[at]!)}, expected finite numbers`
      }
      return null
    },
  }
}

function list(
  id: string,
  says: string,
  wrong: (items: Int32Array) => number | undefined,
  what: (item: number) => string,
): Rule<Values> {
  return { id, says, flaw: (given) => inLists(given, wrong, what) }
}

function inLists(
  { columns, key, schema }: Values,
  wrong: (items: Int32Array) => number | undefined,
  what: (item: number) => string,
): string | null {
  return schema.items === undefined ? null : inRows(columns, key, wrong, what)
}

function inRows(
  columns: Columns,
  key: string,
  wrong: (items: Int32Array, id: number) => number | undefined,
  what: (item: number) => string,
): string | null {
  const items = columns.data.items as Int32Array
  const width = items.length / columns.rows
  for (const [row, id] of ids(columns, key).entries()) {
    const item = wrong(items.subarray(row * width, (row + 1) * width), id)
    if (item !== undefined) return `${key} ${id}: ${what(item)}`
  }
  return null
}

function twice(items: Int32Array): number | undefined {
  const seen = new Set<number>()
  return items.find((item) => item !== 0 && seen.size === seen.add(item).size)
}

function afterEnd(items: Int32Array): number | undefined {
  const end = items.indexOf(0)
  return end === -1 ? undefined : items.subarray(end).find((item) => item !== 0)
}

function ids(columns: Columns, key: string): Int32Array {
  return columns.data[key] as Int32Array
}

function found(
  values: Int32Array,
  isWrong: (id: number) => boolean,
  say: (id: number) => string,
): string | null {
  const at = values.findIndex(isWrong)
  return at === -1 ? null : say(values[at]!)
}
