/** fieldrank publish: finished datasets as a folder to be served. */
import { UserError } from '../io/errors.ts'
import { hubName, importHub, push } from '../pipelines/publication/push.ts'
import { publish } from '../pipelines/publish.ts'
import { version } from './flags/version.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'turns finished datasets into a folder that any static host or the Hugging Face hub serves',
  arguments: '<datasets-or-profile...>',
  options: [
    ['-o, --out <folder>', 'where to write; must be new', 'published'],
    ['--url <url>', 'where the folder will be served (default with --push: there)'],
    ['--by <name>', 'who publishes it'],
    ['--name <text>', 'of the publication', 'fieldrank datasets'],
    ['--about <text>', 'one sentence', 'Datasets made by fieldrank, with the hash of every row group.'],
    ['--date <YYYY-MM-DD>', 'of the publication (default: today)'],
    ['--compatible', 'also 16 rows of each dataset for old readers, in compatible/'],
    ['--push <hf:owner/name>', 'show what would be uploaded to the Hugging Face hub'],
    ['--upload', 'with --push: upload it. The token is read from HF_TOKEN'],
  ],
  examples: [
    'fieldrank publish data/small --url https://data.example.org/condiff --by "A. Name"',
    'fieldrank publish data/small --by "A. Name" --push hf:someone/condiff',
  ],

  async run(sources, options) {
    const { out, name, about, compatible, by, upload } = options as Record<string, string | undefined>
    const repo = options.push === undefined ? null : hubName(String(options.push))
    const url = options.url ?? (repo === null ? undefined : `https://huggingface.co/datasets/${repo}`)
    if (by === undefined) throw new UserError('publish: say who publishes it with --by')
    if (url === undefined) throw new UserError('publish: say where it will be served with --url')
    const date = String(options.date ?? new Date().toISOString().slice(0, 10))
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)))
      throw new UserError(`--date: must be a day like 2026-01-31 (got ${date})`)
    const imprint = { name: name!, about: about!, url: String(url), by, date }
    const made = { imprint, version: version(), compatible: Boolean(compatible) }
    const files = await publish(sources, out!, made)
    process.stdout.write(`${out}  ${files.length} files, ${megabytes(files)} MB\n`)
    if (repo === null) return
    if (upload) await push(out!, files, { repo, token: process.env.HF_TOKEN, hub: importHub })
    const what = upload ? 'uploaded' : 'would upload'
    for (const { path, bytes } of files) process.stdout.write(`${what}  ${path}  ${bytes} B\n`)
    if (!upload) process.stdout.write(`nothing was sent. --upload sends it to ${url}\n`)
  },
}

export default verb

function megabytes(files: readonly { bytes: number }[]): string {
  return (files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(2)
}
