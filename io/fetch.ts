/**
 * A published dataset into a folder of this machine, every byte checked: the manifest first, then its files, a few at once.
 *
 * `<out>/<name>/` is what was published, to the byte. The manifest is written last, so that a folder with one is whole
 * (with `split`: as far as it was asked for). Files that are there and right are kept; one that is wrong is moved to
 * `<out>/.quarantine/<name>/` and fetched again, alone. A publication of several datasets gives all of them, or those of
 * `only`. Names that could leave the folder and links inside it are refused (download/place.ts).
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset, Split, Table } from '../contracts.ts'
import { ownFile, placeBelow } from './download/place.ts'
import { type Access, downloadAll, readUrl } from './download.ts'
import { suggest, UserError } from './errors.ts'
import { renameDurable, sha256File, writeDurable } from './files.ts'
import { MANIFEST, parseManifest, SUMS, sums } from './manifest.ts'
import { type PublishedDataset, publicationIn } from './publication.ts'
import { parseJson } from './schema.ts'

export interface FetchOptions extends Access {
  mirrors?: readonly string[] // other folders with the same content
  sha256?: string // of manifest.json
  only?: readonly string[] // datasets of a publication
  split?: Split
  again?: boolean // take the place of another version
  parallel?: number
  progress?: (done: number, total: number) => void // bytes of all files of the dataset at hand
}

export interface Fetched {
  folder: string
  dataset: Dataset
  kept: readonly string[]
  fetched: readonly string[]
  quarantined: readonly string[] // where they are now
}

/** `hf:owner/name`, `hf:owner/name@revision` and the page of a dataset on the Hugging Face hub are folders there. */
export function folderUrl(given: string): string {
  const hub = /^(?:hf:|https:\/\/huggingface\.co\/datasets\/)([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?\/?$/.exec(
    given,
  )
  if (hub !== null) return `https://huggingface.co/datasets/${hub[1]}/resolve/${hub[2] ?? 'main'}/`
  return given.replace(/\/manifest\.json$/, '').replace(/\/*$/, '/')
}

export async function fetchDatasets(
  given: string,
  out: string,
  options: FetchOptions = {},
): Promise<Fetched[]> {
  const places = [given, ...(options.mirrors ?? [])].map(folderUrl)
  const { sha256: hash } = options
  const text = await manifestAt(places, options, hash === undefined ? {} : { sha256: hash })
  const subject = places[0]! + MANIFEST
  const publication = publicationIn(parseJson(text, subject), subject)
  if (publication === null) return [await fetchOne(places, text, out, options)]
  const all: Fetched[] = []
  for (const { path, manifest } of chosen(publication.datasets, options.only)) {
    const inner = places.map((place) => `${place}${path}/`)
    all.push(await fetchOne(inner, await manifestAt(inner, options, manifest), out, options))
  }
  return all
}

const LARGEST_MANIFEST = 64 * 2 ** 20

async function manifestAt(
  places: readonly string[],
  access: Access,
  expect: { sha256?: string; bytes?: number },
): Promise<string> {
  const [first, ...mirrors] = places.map((place) => place + MANIFEST)
  const bytes = await readUrl(first!, { ...reach(access), ...expect, mirrors, atMost: LARGEST_MANIFEST })
  return bytes.toString('utf8')
}

function chosen(
  datasets: readonly PublishedDataset[],
  only: readonly string[] = datasets.map(({ name }) => name),
): PublishedDataset[] {
  return only.map((name) => {
    const found = datasets.find((one) => one.name === name)
    if (found !== undefined) return found
    const names = datasets.map((one) => one.name)
    throw new UserError(
      `dataset '${name}': not published there (${names.join(', ')}).${suggest(name, names)}`,
    )
  })
}

async function fetchOne(
  places: readonly string[],
  manifest: string,
  out: string,
  options: FetchOptions,
): Promise<Fetched> {
  const dataset = parseManifest(manifest, places[0]! + MANIFEST)
  refuseOddNames(dataset)
  const folder = await placeBelow(out, dataset.name)
  const manifestFile = await placeBelow(out, `${dataset.name}/${MANIFEST}`)
  await settle(manifestFile, manifest, dataset, options)
  const wanted = [...dataset.shards, ...dataset.tables].filter(
    (file) => options.split === undefined || !('split' in file) || file.split === options.split,
  )
  const state = await takeStock(wanted, dataset.name, out)
  await bring(state.missing, places, wanted, options)
  const sumsFile = join(folder, SUMS)
  await ownFile(sumsFile)
  await writeDurable(sumsFile, sums(dataset, manifest))
  await writeDurable(manifestFile, manifest)
  const fetched = state.missing.map(({ file }) => file.path)
  return { folder, dataset, kept: state.kept, fetched, quarantined: state.quarantined }
}

/** Files are *.parquet, so that none is the part of another or takes the place of what is written here. */
function refuseOddNames({ name, shards, tables }: Dataset): void {
  const odd = [...shards, ...tables].find(({ path }) => !/[a-z0-9]\.parquet$/.test(path))
  if (odd !== undefined)
    throw new UserError(`${odd.path}: a file of a dataset is called *.parquet, and is not fetched`)
  if (name.startsWith('.')) throw new UserError(`${name}: not the name of a dataset`)
}

/** Another version in the same place is neither mixed in nor lost without a word. */
async function settle(
  file: string,
  manifest: string,
  dataset: Dataset,
  options: FetchOptions,
): Promise<void> {
  if ((await ownFile(file)) === null) return
  if ((await readFile(file, 'utf8')) === manifest) return
  if (options.again !== true)
    throw new UserError(
      `${file}: is another version than the ${dataset.version} that is published. fetch --again replaces it`,
    )
  await rm(file)
}

interface Missing {
  file: Table
  path: string
}

/** What is there and right, what is wrong and moved away, and what has to be fetched. */
async function takeStock(
  files: readonly Table[],
  name: string,
  out: string,
): Promise<{ kept: string[]; missing: Missing[]; quarantined: string[] }> {
  const kept: string[] = []
  const missing: Missing[] = []
  const quarantined: string[] = []
  for (const file of files) {
    const path = await placeBelow(out, `${name}/${file.path}`)
    const found = await ownFile(path)
    const hash = found === null ? null : await sha256File(path)
    if (hash === file.sha256) {
      kept.push(file.path)
      continue
    }
    missing.push({ file, path })
    if (hash === null) continue
    const aside = await placeBelow(out, `.quarantine/${name}/${file.path}.${hash.slice(0, 12)}`)
    await renameDurable(path, aside)
    quarantined.push(aside)
  }
  return { kept, missing, quarantined }
}

async function bring(
  missing: readonly Missing[],
  places: readonly string[],
  wanted: readonly Table[],
  options: FetchOptions,
): Promise<void> {
  const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0)
  const rest = missing.reduce((sum, { file }) => sum + file.bytes, 0)
  const here = new Map<string, number>()
  const tell = (path: string, bytes: number) => {
    here.set(path, bytes)
    options.progress?.(total - rest + [...here.values()].reduce((sum, one) => sum + one, 0), total)
  }
  const files = missing.map(({ file, path }) => {
    const [url, ...mirrors] = places.map((place) => place + file.path)
    const { sha256, bytes } = file
    const progress = (count: number) => tell(path, count)
    return {
      url: url!,
      path,
      options: { ...reach(options), sha256, bytes, magic: 'PAR1', mirrors, progress },
    }
  })
  const outcomes = await downloadAll(files, options.parallel)
  options.signal?.throwIfAborted()
  const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
  const bug = failed.find((error) => !(error instanceof UserError))
  if (bug !== undefined) throw bug
  if (failed.length > 0)
    throw new UserError(
      `${failed.length} of ${wanted.length} files are missing; the others are kept, and the same command goes on from here.\n` +
        failed.map(({ message }) => `  ${message}`).join('\n'),
    )
}

/** The options that concern the network alone. */
function reach({ loopback, signal, limits, attempts, resolve, sleep }: Access): Access {
  const all = { loopback, signal, limits, attempts, resolve, sleep }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
