/** What the footer of the file may say. Nothing is decoded yet: what would unpack to too much is refused here. */
import type { Schema } from '../../../contracts.ts'
import { suggest } from '../../../io/errors.ts'
import type { Outline, OutlineColumn } from '../../../io/parquet-footer.ts'
import { FORBIDDEN_KEYS } from '../../../io/schema.ts'
import type { Rule } from '../rule.ts'

export interface Footer {
  outline: Outline
  schema: Schema // of the track
  rows: number // of the test split
  manifest: string // sha256 of the dataset's manifest.json
}

/** Metadata under this key says for which dataset the predictions were made: the sha256 of its manifest.json. Optional. */
export const DATASET_KEY = 'fieldrank.dataset'

const INTEGERS = ['INT32', 'INT64', 'INTEGER']
const FLOATS = ['FLOAT', 'DOUBLE']
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW', 'none']

export const footerRules: readonly Rule<Footer>[] = [
  {
    id: 'rows-some',
    says: 'There is at least one row.',
    flaw: ({ outline, rows }) => (outline.rows <= 0 ? `has no rows, the test split has ${rows}` : null),
  },
  {
    id: 'rows-bound',
    says: 'There are at most twice as many rows as the test split has.',
    flaw: ({ outline, rows }) =>
      outline.rows > 2 * rows ? `says it has ${outline.rows} rows, the test split has ${rows}` : null,
  },
  {
    id: 'groups-bound',
    says: 'No more row groups than rows.',
    flaw: ({ outline }) =>
      outline.groups > outline.rows ? `has ${outline.groups} row groups for ${outline.rows} rows` : null,
  },
  {
    id: 'own-pages',
    says: 'All values lie in the file itself.',
    flaw: ({ outline }) => (outline.outside ? 'keeps columns in other files, expected one whole file' : null),
  },
  {
    id: 'column-twice',
    says: 'No column is there twice.',
    flaw({ outline: { columns } }) {
      const names = columns.map(({ name }) => name)
      const twice = names.find((name, i) => names.indexOf(name) < i)
      return twice === undefined ? null : `column '${shown(twice)}' is there twice`
    },
  },
  {
    id: 'column-there',
    says: 'The columns of the track are there.',
    flaw({ outline: { columns }, schema }) {
      const names = columns.map(({ name }) => name)
      const lacking = Object.keys(schema).find((name) => !names.includes(name))
      if (lacking === undefined) return null
      return `column '${lacking}' is missing (it has ${names.map(shown).join(', ')}).${suggest(lacking, names)}`
    },
  },
  {
    id: 'column-known',
    says: 'No other columns are there.',
    flaw({ outline: { columns }, schema }) {
      const other = columns.find(({ name }) => !Object.hasOwn(schema, name))
      const known = Object.keys(schema).join(', ')
      return other === undefined ? null : `column '${shown(other.name)}' is not asked for (expected ${known})`
    },
  },
  {
    id: 'column-scalar',
    says: 'Columns of one value a row hold one value a row.',
    flaw: (footer) =>
      first(
        footer,
        ({ depth }, shape) => shape.length === 0 && depth > 0,
        'holds lists, expected one value a row',
      ),
  },
  {
    id: 'column-list',
    says: 'Columns of several values a row hold lists.',
    flaw: (footer) =>
      first(
        footer,
        ({ depth }, shape) => shape.length > 0 && depth === 0,
        'holds one value a row, expected lists',
      ),
  },
  {
    id: 'column-plain',
    says: 'No structs and maps.',
    flaw: (footer) =>
      first(footer, ({ leaves }) => leaves > 1, 'is a struct or a map, expected numbers or lists of numbers'),
  },
  {
    id: 'column-depth',
    says: 'Lists are at most as deep as the shape.',
    flaw: (footer) =>
      first(footer, ({ depth }, shape) => depth > Math.max(1, shape.length), 'holds lists too deep'),
  },
  {
    id: 'type-integer',
    says: 'Ids and items are integers.',
    flaw: (footer) =>
      first(footer, ({ type }, _, want) => want === 'i32' && !INTEGERS.includes(type), 'is not of integers'),
  },
  {
    id: 'type-float',
    says: 'Fields are float32 or float64.',
    flaw: (footer) =>
      first(
        footer,
        ({ type }, _, want) => want === 'f32' && !FLOATS.includes(type),
        'is not of float32 or float64',
      ),
  },
  {
    id: 'codec-known',
    says: 'Compression is one that readers know.',
    flaw({ outline: { codecs } }) {
      const other = codecs.find((codec) => !CODECS.includes(codec))
      return other === undefined ? null : `is compressed by ${shown(other)}, which is not read`
    },
  },
  {
    id: 'unpacked-bound',
    says: 'Unpacked it is not much larger than such predictions are.',
    flaw({ outline: { unpacked }, schema, rows }) {
      const width = Object.values(schema).reduce(
        (sum, { shape }) => sum + shape.reduce<number>((a, b) => a * Number(b), 1),
        0,
      )
      const most = 64 * 2 ** 20 + 8 * 12 * width * rows
      return unpacked > most
        ? `would unpack to ${unpacked} bytes, such predictions have at most ${most}`
        : null
    },
  },
  {
    id: 'metadata-size',
    says: 'The metadata of the file are at most 1 MiB.',
    flaw({ outline: { metadata } }) {
      const size = metadata.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
      return size > 2 ** 20 ? `carries ${size} bytes of metadata, at most ${2 ** 20} are read` : null
    },
  },
  {
    id: 'metadata-keys',
    says: 'No key of the metadata reaches a prototype.',
    flaw({ outline: { metadata } }) {
      const bad = metadata.find(([key]) => FORBIDDEN_KEYS.includes(key))
      return bad === undefined ? null : `metadata key '${bad[0]}' is not allowed`
    },
  },
  {
    id: 'metadata-script',
    says: 'No script hides in the metadata.',
    flaw({ outline: { metadata } }) {
      const bad = metadata.find((pair) =>
        pair.some((text) => /<script|javascript:|<iframe|onerror\s*=/i.test(text)),
      )
      return bad === undefined ? null : `metadata '${shown(bad[0])}' holds a script`
    },
  },
  {
    id: 'metadata-dataset',
    says: 'If the file says for which dataset it was made, it is this one.',
    flaw({ outline: { metadata }, manifest }) {
      const said = metadata.find(([key]) => key === DATASET_KEY)?.[1]
      if (said === undefined || said === manifest) return null
      return `was made for the dataset ${shown(said).slice(0, 12)}…, whose manifest has another sha256 than ${manifest.slice(0, 12)}…`
    },
  },
]

type Test = (column: OutlineColumn, shape: readonly (number | '*')[], type: string) => boolean

function first({ outline, schema }: Footer, isWrong: Test, what: string): string | null {
  const found = outline.columns.find((column) => {
    const want = schema[column.name]
    return want !== undefined && isWrong(column, want.shape, want.type)
  })
  return found === undefined ? null : `column '${found.name}' ${what} (it is ${found.type})`
}

/** Names in a stranger's file may be long and unprintable. */
function shown(text: string): string {
  return text.replace(/\p{C}/gu, '·').slice(0, 60)
}
