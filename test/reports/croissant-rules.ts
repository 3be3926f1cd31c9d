/**
 * The rules of Croissant 1.0 that a file can be checked against without its data: required properties of Dataset, FileObject,
 * FileSet, RecordSet and Field (sections "Dataset-level information", "Resources", "RecordSets" of the specification),
 * references that lead somewhere, and files that are there.
 */
type Node = Record<string, unknown>

const DATASET = [
  '@context',
  '@type',
  'dct:conformsTo',
  'description',
  'license',
  'name',
  'url',
  'creator',
  'datePublished',
]
const TYPES =
  /^(sc:(Text|Boolean|Integer|Float|Date|URL)|cr:(Int(8|16|32|64)|UInt(8|16|32|64)|Float(16|32|64)))$/

export function croissantProblems(dataset: Node, files: readonly string[]): string[] {
  const problems = lacking('dataset', dataset, DATASET)
  if (dataset['@type'] !== 'sc:Dataset') problems.push('dataset: @type is not sc:Dataset')
  if (dataset['dct:conformsTo'] !== 'http://mlcommons.org/croissant/1.0')
    problems.push('dataset: conforms to another version')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(String(dataset.datePublished)))
    problems.push('dataset: datePublished is no date')
  if (/\/|:/.test(String(dataset.name))) problems.push('dataset: name')
  const distribution = (dataset.distribution ?? []) as Node[]
  const ids = new Set(distribution.map((one) => one['@id']))
  if (ids.size !== distribution.length) problems.push('distribution: two nodes with the same @id')
  for (const one of distribution) problems.push(...resource(one, files))
  for (const set of (dataset.recordSet ?? []) as Node[]) problems.push(...recordSet(set, ids))
  return problems
}

function lacking(subject: string, node: Node, names: readonly string[]): string[] {
  return names
    .filter((name) => node[name] === undefined || node[name] === '')
    .map((name) => `${subject}: no ${name}`)
}

function resource(node: Node, files: readonly string[]): string[] {
  const id = String(node['@id'])
  if (node['@type'] === 'cr:FileSet') {
    const pattern = new RegExp(`^${String(node.includes).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
    const isEmpty = !files.some((file) => pattern.test(file))
    return [
      ...lacking(id, node, ['@id', 'name', 'encodingFormat', 'includes']),
      ...(isEmpty ? [`${id}: includes no file`] : []),
    ]
  }
  if (node['@type'] !== 'cr:FileObject') return [`${id}: @type is neither FileObject nor FileSet`]
  const problems = lacking(id, node, ['@id', 'name', 'contentUrl', 'contentSize', 'encodingFormat', 'sha256'])
  if (!/^[0-9a-f]{64}$/.test(String(node.sha256))) problems.push(`${id}: sha256`)
  if (!files.includes(String(node.contentUrl))) problems.push(`${id}: ${node.contentUrl} is no file`)
  return problems
}

function recordSet(set: Node, resources: ReadonlySet<unknown>): string[] {
  const id = String(set['@id'])
  const problems = lacking(id, set, ['@type', '@id', 'name', 'field'])
  for (const field of set.field as Node[]) {
    const name = String(field['@id'])
    problems.push(...lacking(name, field, ['@type', '@id', 'name', 'dataType', 'source']))
    if (!TYPES.test(String(field.dataType))) problems.push(`${name}: dataType ${field.dataType}`)
    const source = field.source as { fileSet?: { '@id': string }; extract?: { column?: string } }
    if (!resources.has(source.fileSet?.['@id']))
      problems.push(`${name}: ${source.fileSet?.['@id']} is not in the distribution`)
    if (source.extract?.column === undefined) problems.push(`${name}: no column to extract`)
  }
  return problems
}
