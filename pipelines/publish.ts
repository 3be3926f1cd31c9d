/**
 * Finished datasets → a folder that any static host or dataset hub serves (io/publication.ts, decision 0015).
 *
 * Datasets are copied to the byte, after every byte of them was checked; around them README.md, croissant.json,
 * ro-crate-metadata.json, recipe.json, SHA256SUMS over all of it, and manifest.json, which is written last. Equal datasets,
 * imprint and code give equal bytes. It does not write into a folder that holds something else.
 */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Dataset, Json } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import {
  artifact,
  exists,
  listFiles,
  renameDurable,
  sha256,
  syncFile,
  syncFolder,
  writeDurable,
} from '../io/files.ts'
import { pretty } from '../io/json.ts'
import { checkDataset, MANIFEST, readManifest, SUMS } from '../io/manifest.ts'
import { type PublishedDataset, publicationText } from '../io/publication.ts'
import { croissant, type Imprint, type PublishedFile } from '../reports/croissant.ts'
import { roCrate } from '../reports/ro-crate.ts'
import { codeHashes } from './publication/code.ts'
import { writeCompatible } from './publication/compatible.ts'
import { readme } from './publication/readme.ts'

export interface PublishOptions {
  imprint: Imprint
  version: string // of fieldrank
  compatible: boolean
}

/** Writes the publication and returns its files, in order. It appears whole or not at all. */
export async function publish(
  sources: readonly string[],
  out: string,
  options: PublishOptions,
): Promise<readonly PublishedFile[]> {
  const there = await readdir(out).catch(() => [])
  if (there.length > 0) throw new UserError(`publish: ${out} is not empty. Name a new folder with --out`)
  const work = `${resolve(out)}.partial`
  await rm(work, { recursive: true, force: true })
  try {
    await build(sources, work, options)
    const files = await filesOf(work)
    await renameDurable(work, resolve(out))
    return files
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function build(sources: readonly string[], out: string, options: PublishOptions): Promise<void> {
  const datasets: Dataset[] = []
  const entries: PublishedDataset[] = []
  for (const source of await datasetsUnder(sources)) {
    const dataset = await checked(source)
    const { name, version, track } = dataset
    if (datasets.some((one) => one.name === name))
      throw new UserError(`publish: two datasets are called ${name}`)
    const path = `data/${name}`
    await copyDataset(source, dataset, join(out, path))
    if (options.compatible) await writeCompatible(source, dataset, join(out, 'compatible'))
    const { sha256, bytes } = await artifact(join(out, path, MANIFEST), out)
    entries.push({ name, version, track, path, manifest: { sha256, bytes } })
    datasets.push(dataset)
  }
  await writeDescriptions(out, datasets, options)
  await writeDurable(join(out, SUMS), await sumsOf(out, publicationText(entries)))
  await writeDurable(join(out, MANIFEST), publicationText(entries))
}

async function writeDescriptions(
  out: string,
  datasets: readonly Dataset[],
  { imprint, version }: PublishOptions,
): Promise<void> {
  const recipe: Json = {
    format: 'fieldrank.recipe/1',
    fieldrank: version,
    datasets: await Promise.all(
      datasets.map(async (dataset) => {
        const { name, track, params } = dataset
        return { name, version: dataset.version, track, params, code: await codeHashes(dataset) }
      }),
    ),
  }
  await writeDurable(join(out, 'recipe.json'), pretty(recipe))
  const files = await filesOf(out)
  await writeDurable(join(out, 'croissant.json'), pretty(croissant(imprint, datasets, files)))
  await writeDurable(
    join(out, 'ro-crate-metadata.json'),
    pretty(roCrate(imprint, datasets, files, { version })),
  )
  await writeDurable(join(out, 'README.md'), readme(imprint, datasets))
}

/** Folders of datasets: those named, and those below a folder that is none itself. */
async function datasetsUnder(sources: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const source of sources) {
    if (!(await stat(source).catch(() => null))?.isDirectory())
      throw new UserError(`publish: no such folder (${source})`)
    if (await exists(join(source, MANIFEST))) {
      found.push(source)
      continue
    }
    const root = (await exists(join(source, 'datasets'))) ? join(source, 'datasets') : source
    const below = (await listFiles(root)).filter((file) => basename(file) === MANIFEST)
    if (below.length === 0) throw new UserError(`publish: no dataset in ${source}. fieldrank run makes them`)
    found.push(...below.map((file) => join(root, dirname(file))))
  }
  return found
}

async function checked(source: string): Promise<Dataset> {
  const problems = await checkDataset(source)
  if (problems.length === 0) return readManifest(source)
  throw new UserError(`publish: ${source} is damaged, and is not published: ${problems.join('; ')}`)
}

async function copyDataset(source: string, { shards, tables }: Dataset, to: string): Promise<void> {
  const names = [...shards, ...tables].map(({ path }) => path)
  for (const name of [...names, SUMS, MANIFEST]) {
    await mkdir(dirname(join(to, name)), { recursive: true })
    await copyFile(join(source, name), join(to, name), constants.COPYFILE_FICLONE)
    await syncFile(join(to, name))
    await syncFolder(dirname(join(to, name)))
  }
}

async function filesOf(out: string): Promise<PublishedFile[]> {
  const files: PublishedFile[] = []
  for (const file of await listFiles(out)) files.push(await artifact(join(out, file), out))
  return files
}

/** The lines that `sha256sum` prints, for all but itself. */
async function sumsOf(out: string, manifest: string): Promise<string> {
  const files = await filesOf(out)
  const lines = [...files, { path: MANIFEST, sha256: sha256(manifest) }].map(
    ({ path, sha256 }) => `${sha256}  ${path}\n`,
  )
  return lines.join('')
}
