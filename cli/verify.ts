/** Hashes every byte of the datasets of a run, checks what their manifests say, and makes a few rows again. */
import { dirname, join } from 'node:path'
import type { Dataset, Split } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { exists, listFiles, sha256File } from '../io/files.ts'
import { checkDataset, MANIFEST, readManifest } from '../io/manifest.ts'
import { datasetsIn } from '../io/publication.ts'
import { verifyContents } from '../pipelines/verified.ts'
import { checkProfile } from './flags/pipeline.ts'
import type { Verb } from './verb.ts'

const SPLITS: readonly Split[] = ['train', 'valid', 'test']

const verify: Verb = {
  about: 'checks datasets: every byte by its hash, facts against files, rows made again and solved again',
  arguments: '[folders...]',
  options: [
    ['--profile <name>', 'the profile whose datasets to check when no folder is named', 'smoke'],
    ['--data <folder>', 'where the profiles are', 'data'],
    ['--rows <count>', 'rows to make again, per dataset', '3'],
    [
      '--split <name>',
      'of a dataset fetched with --split: its bytes alone, files of other splits may be missing',
    ],
  ],
  examples: [
    'fieldrank verify --profile small --rows 10',
    'fieldrank verify data/smoke/datasets/operators/gaussian0.4_grid16',
  ],

  async run(folders, { profile, data, rows, split }) {
    const count = Number(rows)
    if (!Number.isInteger(count) || count < 0)
      throw new UserError(`--rows: must be a whole number, 0 or more (got ${rows})`)
    const only = SPLITS.find((name) => name === split)
    if (split !== undefined && only === undefined)
      throw new UserError(`--split: one of ${SPLITS.join(', ')} (got ${split})`)
    for (const folder of folders) await checkFolder(folder)
    const named = folders.length > 0 ? folders : await foldersIn(String(data), String(profile))
    const found = (await Promise.all(named.map(datasetsIn))).flat()
    let damaged = 0
    for (const { folder, manifest } of found)
      damaged += (await verifyOne(folder, count, only, manifest)) ? 0 : 1
    if (damaged > 0) process.stdout.write(`${damaged} of ${found.length} datasets have problems\n`)
    return damaged > 0 ? 1 : 0
  },
}

export default verify

/** A manifest that is there may be damaged; where there is none, something else was named. */
async function checkFolder(folder: string): Promise<void> {
  if (!(await exists(folder))) throw new UserError(`verify: no such folder (${folder})`)
  if (!(await exists(join(folder, MANIFEST))))
    throw new UserError(`verify: ${folder} is not a dataset (no ${MANIFEST})`)
}

/** Prints the line of one dataset, and what is wrong with it below; true when nothing is. */
async function verifyOne(
  folder: string,
  count: number,
  only: Split | undefined,
  manifest: string | null,
): Promise<boolean> {
  const problems = [...(await checkDataset(folder, only))]
  if (manifest !== null && problems.length === 0 && (await sha256File(join(folder, MANIFEST))) !== manifest)
    problems.push(`${MANIFEST}: is not the one that the publication lists`)
  let said = folder
  if (problems.length === 0 && only === undefined) {
    const dataset = await readManifest(folder)
    const checked = await verifyContents(folder, dataset, count).catch((error: unknown) => {
      if (error instanceof UserError) return { problems: [error.message], said: '' }
      throw error
    })
    problems.push(...checked.problems)
    said = `${folder}  ${summary(dataset)}${checked.said}`
  }
  process.stdout.write(`${problems.length === 0 ? 'whole  ' : 'damaged'}  ${said}\n`)
  for (const problem of problems) process.stdout.write(`         ${problem}\n`)
  return problems.length === 0
}

function summary({ shards, tables }: Dataset): string {
  const files = [...shards, ...tables]
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return `${rows} rows, ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`
}

/** Folders with a manifest under <data>/<profile>/datasets, in the order of their names. */
async function foldersIn(data: string, profile: string): Promise<string[]> {
  const datasets = join(data, profile, 'datasets')
  const files = (await exists(datasets)) ? await listFiles(datasets) : []
  const folders = files
    .filter((file) => file.split('/').at(-1) === MANIFEST)
    .map((file) => join(datasets, dirname(file)))
  if (folders.length === 0) {
    checkProfile(profile)
    throw new UserError(
      `verify: no datasets in ${datasets}. fieldrank run --profile ${profile} makes them, or name a folder`,
    )
  }
  return folders
}
