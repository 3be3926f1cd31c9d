/**
 * croissant.json: a publication for machines, in the vocabulary of Croissant 1.0 (docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html).
 * A FileObject with its SHA-256 for every file, a FileSet for the shards of each split, and a RecordSet for the columns of each dataset.
 * A fixed shape is a list, as in the files: Croissant 1.0 has no shapes, so the description says them.
 */
import type { Column, Dataset, Json } from '../contracts.ts'

/** What a publication is, besides its datasets. */
export interface Imprint {
  name: string
  about: string
  url: string // where it is served
  by: string
  date: string // YYYY-MM-DD
}
export interface PublishedFile {
  path: string // in the publication
  bytes: number
  sha256: string
}

type Node = { readonly [key: string]: Json }

export function croissant(
  imprint: Imprint,
  datasets: readonly Dataset[],
  files: readonly PublishedFile[],
): Node {
  const versions = [...new Set(datasets.map(({ version }) => version))]
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    'dct:conformsTo': 'http://mlcommons.org/croissant/1.0',
    name: imprint.name,
    description: imprint.about,
    url: imprint.url,
    license: [...new Set(datasets.map(({ license }) => licenseUrl(license)))],
    creator: { '@type': 'sc:Person', name: imprint.by },
    datePublished: imprint.date,
    ...(versions.length === 1 ? { version: versions[0]! } : {}),
    citeAs: [...new Set(datasets.flatMap(({ cite }) => cite ?? []))].join('; '),
    isLiveDataset: false,
    distribution: [...files.map(fileObject), ...datasets.flatMap(fileSets)],
    recordSet: datasets.map(recordSet),
  }
}

export function licenseUrl(license: string): string {
  return license === 'CC-BY-4.0' ? 'https://creativecommons.org/licenses/by/4.0/' : license
}

export function encodingOf(path: string): string {
  if (path.endsWith('.parquet')) return PARQUET
  return path.endsWith('.json') ? 'application/json' : 'text/plain'
}

const PARQUET = 'application/x-parquet'

function fileObject({ path, bytes, sha256 }: PublishedFile): Node {
  return {
    '@type': 'cr:FileObject',
    '@id': path,
    name: path,
    contentUrl: path,
    contentSize: `${bytes} B`,
    encodingFormat: encodingOf(path),
    sha256,
  }
}

const setId = (name: string) => `${name}-shards`

/** All shards of a dataset; which split a shard is of shows in its name. */
function fileSets({ name }: Dataset): Node[] {
  return [
    {
      '@type': 'cr:FileSet',
      '@id': setId(name),
      name: setId(name),
      encodingFormat: PARQUET,
      includes: `data/${name}/*-*-of-*.parquet`,
    },
  ]
}

function recordSet({ name, about, schema }: Dataset): Node {
  return {
    '@type': 'cr:RecordSet',
    '@id': name,
    name,
    description: about,
    field: Object.entries(schema).map(([column, of]) => field(name, column, of)),
  }
}

function field(dataset: string, column: string, { type, shape, unit, about }: Column): Node {
  const facts = [about, ...(shape.length > 0 ? [`shape [${shape.join(', ')}], row-major`] : [])]
  if (unit !== undefined && unit !== '1') facts.push(`in ${unit}`)
  return {
    '@type': 'cr:Field',
    '@id': `${dataset}/${column}`,
    name: column,
    description: facts.join('; '),
    dataType: TYPES[type],
    ...(shape.length > 0 && { repeated: true }),
    source: { fileSet: { '@id': setId(dataset) }, extract: { column } },
  }
}

const TYPES = {
  f32: 'cr:Float32',
  f64: 'cr:Float64',
  i32: 'cr:Int32',
  i64: 'cr:Int64',
  utf8: 'sc:Text',
} satisfies Record<Column['type'], string>

/** The context that the specification gives, word for word where it names our properties. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
}
