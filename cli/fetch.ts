/** fieldrank fetch: published datasets onto this machine, every byte checked. */
import { entryOf, readCatalog } from '../io/catalog.ts'
import { suggest, UserError } from '../io/errors.ts'
import { type Fetched, type FetchOptions, fetchDatasets } from '../io/fetch.ts'
import { claim } from '../pipelines/claim.ts'
import { FETCHED } from './flags/dataset.ts'
import { wholeNumber } from './flags/limits.ts'
import { byteBar } from './terminal/bar.ts'
import type { Verb } from './verb.ts'

const SPLITS = ['train', 'valid', 'test'] as const

const verb: Verb = {
  about: 'downloads published datasets, resumes, checks every byte, and repairs what is damaged',
  arguments: '<name-or-url>',
  options: [
    ['--split <name>', `one of ${SPLITS.join(', ')} alone`],
    ['--only <name>', 'of a publication of several datasets, this one; repeatable', []],
    ['--mirror <url>', 'another place of the same folder, asked when the first fails; repeatable', []],
    ['-o, --out <folder>', 'a folder per dataset is made in it', `data/${FETCHED}`],
    ['--again', 'take the place of another version of the dataset'],
    ['-j, --jobs <number>', 'files at once', '4'],
  ],
  notes: [
    'A name is looked up in data/catalog.json. A URL is that of a folder with a manifest.json; hf:<owner>/<name>\n' +
      'is a dataset of the Hugging Face hub. https alone, but for 127.0.0.1 and localhost.',
    'Stopped or killed, the same command goes on where it was. A file that is there and wrong is moved to\n' +
      '<out>/.quarantine and fetched again, alone.',
  ],
  examples: [
    'fieldrank fetch https://data.example.org/condiff --only gaussian0.4_grid64 --split test',
    'fieldrank fetch hf:someone/condiff --mirror https://mirror.example.org/condiff',
  ],

  async run([given], options) {
    const { url, ...asked } = await askedOf(given!, options)
    const stop = new AbortController()
    const onSignal = () => stop.abort(new Error('stopped'))
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal)
    const bar = byteBar(process.stderr)
    const out = String(options.out)
    const lock = await claim(out)
    try {
      const all = await fetchDatasets(url, out, {
        ...asked,
        loopback: true, // where the URL says so: it was typed here
        signal: stop.signal,
        progress: bar.progress,
      })
      bar.close()
      for (const one of all) process.stdout.write(told(one))
      return 0
    } catch (error) {
      if (!stop.signal.aborted) throw error
      bar.close()
      process.stderr.write('stopped. The same command goes on from here\n')
      return 130
    } finally {
      bar.close()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
      await lock.release()
    }
  },
}

export default verb

async function askedOf(
  given: string,
  options: Record<string, unknown>,
): Promise<FetchOptions & { url: string }> {
  const { split, mirror = [], only = [] } = options as { split?: string; mirror?: string[]; only?: string[] }
  const known = SPLITS.find((name) => name === split)
  if (split !== undefined && known === undefined)
    throw new UserError(`--split: one of ${SPLITS.join(', ')} (got ${split}).${suggest(split, SPLITS)}`)
  for (const place of [given, ...mirror])
    if (/^hf:/.test(place) && !/^hf:[\w.-]+\/[\w.-]+(@[\w.-]+)?\/?$/.test(place))
      throw new UserError(`fetch: expected hf:<owner>/<name> (got ${place})`)
  const isUrl = given.includes('/')
  const entry = isUrl ? { url: given } : entryOf(await readCatalog(), given)
  return {
    url: entry.url,
    mirrors: [...mirror, ...(entry.mirrors ?? [])],
    parallel: wholeNumber('jobs', options.jobs),
    again: options.again === true,
    ...(entry.sha256 === undefined ? {} : { sha256: entry.sha256 }),
    ...(known === undefined ? {} : { split: known }),
    ...(only.length === 0 ? (isUrl ? {} : { only: [given] }) : { only }),
  }
}

function told({ folder, dataset, kept, fetched, quarantined }: Fetched): string {
  const bytes = [...dataset.shards, ...dataset.tables]
    .filter(({ path }) => fetched.includes(path))
    .reduce((sum, one) => sum + one.bytes, 0)
  const lines = [
    `${dataset.name} ${dataset.version}  ${fetched.length} files fetched (${(bytes / 1e6).toFixed(1)} MB), ` +
      `${kept.length} kept, every byte checked  ${folder}`,
    ...quarantined.map((path) => `  was damaged, moved to ${path}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
