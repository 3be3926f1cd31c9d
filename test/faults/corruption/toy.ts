/** A dataset of three splits in six shards of some 3 kB, and what `fieldrank verify` says of it. */
import { join } from 'node:path'
import type { Dataset, Values } from '../../../contracts.ts'
import { listFiles } from '../../../io/files.ts'
import { checkDataset, readManifest, readSplit } from '../../../io/manifest.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'

export interface ToyDataset {
  folder: string
  dataset: Dataset
  files: string[] // shards, manifest.json and SHA256SUMS
}

export async function toy(): Promise<ToyDataset> {
  const folder = join(await temporary(), 'toy-fields')
  const dataset = await makeOperators(folder, { train: 4, valid: 2, test: 3 })
  return { folder, dataset, files: await listFiles(folder) }
}

/** The files that verify names, sorted. */
export async function named(folder: string): Promise<string[]> {
  const problems = await checkDataset(folder)
  const files = problems.map((problem) => problem.split(/: |, but /)[0]!)
  return files.map((path) => path.split('/').at(-1)!).sort()
}

/** All values of a dataset as one text, by the manifest that is there, without the names of the columns. */
export async function allValues(folder: string): Promise<string> {
  const dataset = await readManifest(folder)
  const parts: string[] = []
  for (const split of ['train', 'valid', 'test'] as const) {
    const { rows, data } = await readSplit(folder, dataset, split)
    const values = Object.values<Values>(data).map((one) => Array.from(one as Float64Array).join())
    parts.push(`${rows}`, ...values)
  }
  return parts.join('\n')
}

/** null where reading ends with a sentence. */
export async function valuesOr(read: () => Promise<string>): Promise<string | null> {
  return read().catch((error: Error) => {
    if (error.name === 'UserError') return null
    throw error
  })
}
