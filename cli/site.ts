/** fieldrank site: boards, datasets and methods of a finished run as static pages. */
import { join } from 'node:path'
import { UserError } from '../io/errors.ts'
import { exists } from '../io/files.ts'
import { buildSite } from '../pipelines/site.ts'
import { checkProfile } from './flags/pipeline.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'makes a static site of a finished run: boards, datasets, methods; scores recomputed in the browser',
  options: [
    ['-p, --profile <name>', 'the profile whose run to show', 'smoke'],
    ['-d, --data <folder>', 'where everything made lies, a folder per profile', 'data'],
    ['-o, --out <folder>', 'where the site is written; a site that is there is replaced', 'site'],
    [
      '--limit <MB>',
      'how much of test shards and predictions is copied, so that scores can be recomputed',
      '200',
    ],
  ],
  notes: [
    'The folder needs no server of its own: put it on any host, or open index.html. Opened from a file, a browser lets the page read no other file: what needs data then asks for the files.',
  ],
  examples: ['fieldrank site --profile small --out site', 'fieldrank site --profile full --limit 2000'],

  async run(_, { profile, data, out, limit }) {
    const megabytes = Number(limit)
    if (!(Number.isFinite(megabytes) && megabytes >= 0))
      throw new UserError(`--limit: must be a number, 0 or more (got ${limit})`)
    const root = join(String(data), String(profile))
    if (!(await exists(join(root, 'reports')))) checkProfile(profile)
    const { pages, copies } = await buildSite({
      root,
      out: String(out),
      limit: megabytes * 1e6,
      log: (line) => process.stderr.write(`${line}\n`),
    })
    const left = copies.leftOut > 0 ? `, ${copies.leftOut} left out (--limit ${limit})` : ''
    process.stdout.write(
      `${join(String(out), 'index.html')}: ${pages} pages; ${copies.files} data files, ${(copies.bytes / 1e6).toFixed(1)} MB${left}\n`,
    )
  },
}

export default verb
