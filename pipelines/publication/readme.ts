/** README.md of a publication: the card in YAML that the Hugging Face hub reads, then words for people. */
import { stringify } from 'yaml'
import type { Column, Dataset, Params, Shard, Split } from '../../contracts.ts'
import type { Imprint } from '../../reports/croissant.ts'
import { escapeMarkdown } from '../../reports/text.ts'

export function readme(imprint: Imprint, datasets: readonly Dataset[]): string {
  const head = stringify(card(imprint, datasets), { lineWidth: 0 })
  const rows = datasets.map((dataset) => {
    const cells = [dataset.name, dataset.about, ...sizes(dataset), dataset.license]
    return `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |`
  })
  return `---\n${head}---\n
# ${escapeMarkdown(imprint.name)}

${escapeMarkdown(imprint.about)}

| dataset | what it is | rows: train, valid, test | MB | license |
| --- | --- | ---: | ---: | --- |
${rows.join('\n')}

\`\`\`console
$ npx fieldrank fetch ${imprint.url}     # resumes, checks every byte
$ sha256sum -c SHA256SUMS                # after any other download
\`\`\`

A fixed shape is one list column, row-major; \`data/<name>/manifest.json\` has shapes, units, params and a hash for every row
group. \`recipe.json\` is enough to make every shard again: \`fieldrank regenerate data/<name>/<shard>\`.
`
}

/** https://huggingface.co/docs/datasets/dataset_card: num_bytes are those of the files, since nobody unpacks them. */
function card({ name }: Imprint, datasets: readonly Dataset[]): Params {
  const rows = datasets.reduce((sum, { shards }) => sum + count(shards), 0)
  const licenses = [...new Set(datasets.map(({ license }) => license))]
  const known = licenses.length === 1 && licenses[0] === 'CC-BY-4.0'
  return {
    pretty_name: name,
    license: known ? 'cc-by-4.0' : 'other',
    ...(!known && { license_name: licenses.join('; ') }),
    tags: [...new Set(['fieldrank', ...datasets.map(({ track }) => track)])],
    size_categories: [sizeCategory(rows)],
    configs: datasets.map((dataset) => ({
      config_name: dataset.name,
      data_files: splitsOf(dataset).map((split) => ({
        split,
        path: `data/${dataset.name}/${split}-*.parquet`,
      })),
    })),
    dataset_info: datasets.map((dataset) => ({
      config_name: dataset.name,
      features: Object.entries(dataset.schema).map(([column, { type, shape }]) => ({
        name: column,
        ...(shape.length === 0 ? { dtype: TYPES[type] } : { list: TYPES[type] }),
      })),
      splits: splitsOf(dataset).map((split) => {
        const own = dataset.shards.filter((shard) => shard.split === split)
        return { name: split, num_bytes: bytesOf(own), num_examples: count(own) }
      }),
      download_size: bytesOf(dataset.shards),
      dataset_size: bytesOf(dataset.shards),
    })),
  }
}

const TYPES = {
  f32: 'float32',
  f64: 'float64',
  i32: 'int32',
  i64: 'int64',
  utf8: 'string',
} satisfies Record<Column['type'], string>

function splitsOf({ shards }: Dataset): Split[] {
  return [...new Set(shards.map(({ split }) => split))]
}

function count(shards: readonly Shard[]): number {
  return shards.reduce((sum, { rows }) => sum + rows, 0)
}

function bytesOf(files: readonly { bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

function sizes(dataset: Dataset): [rows: string, megabytes: string] {
  const rows = (['train', 'valid', 'test'] as const).map((split) =>
    count(dataset.shards.filter((shard) => shard.split === split)),
  )
  return [rows.join(', '), (bytesOf([...dataset.shards, ...dataset.tables]) / 1e6).toFixed(2)]
}

/** The hub's words for how many rows there are. */
export function sizeCategory(rows: number): string {
  const steps = ['n<1K', '1K<n<10K', '10K<n<100K', '100K<n<1M', '1M<n<10M', '10M<n<100M', '100M<n<1B', 'n>1B']
  const place = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].findIndex((limit) => rows < limit)
  return steps[place < 0 ? steps.length - 1 : place]!
}
