/**
 * A shard that is lost or damaged, made again from what the manifest says of it: params, seed, split, rows.
 *
 * The new file takes the place of the old one only when its SHA-256 is that of the manifest. Equal bytes are promised for
 * the same code on the CPU (math/elementary.ts); other code, another version of the Parquet writer, or a solver on a GPU
 * may give other bytes of the same dataset, and then nothing is written and the reason is said.
 */
import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset, Params, Shard, Table } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { renameDurable, sha256File } from '../io/files.ts'
import { load, namesIn } from '../io/lookup.ts'
import { readManifest } from '../io/manifest.ts'

/** `pipelines/regenerate/<track>.ts` default-exports one. */
export interface Regenerator {
  /** Stages whose code decides the bytes, with the params that name more code. */
  stages(params: Params): readonly { run: string; params: Params }[]
  /** Why it cannot be done, as a sentence; null when it can be tried. */
  obstacle(dataset: Dataset): string | null
  /** Writes the file, for the manifest's `file`, at `path`. */
  make(dataset: Dataset, file: Shard | Table, path: string, signal: AbortSignal): Promise<void>
}

/** Makes `<folder>/<name>` again; 'whole' when there was nothing to do. */
export async function regenerate(
  folder: string,
  name: string,
  signal: AbortSignal,
): Promise<'made' | 'whole'> {
  const dataset = await readManifest(folder)
  const files = [...dataset.shards, ...dataset.tables]
  const file = files.find(({ path }) => path === name)
  if (file === undefined) {
    const names = files.map(({ path }) => path)
    throw new UserError(`${name}: not a file of ${dataset.name}.${suggest(name, names)}`)
  }
  const path = join(folder, file.path)
  const found = await lstat(path).catch(() => null)
  if (found?.isFile() && (await sha256File(path)) === file.sha256) return 'whole'
  const regenerator = await regeneratorOf(dataset)
  const obstacle = regenerator.obstacle(dataset)
  if (obstacle !== null) throw new UserError(`${name}: cannot be made again: ${obstacle}`)
  const fresh = `${path}.again`
  try {
    await regenerator.make(dataset, file, fresh, signal)
    const hash = await sha256File(fresh)
    if (hash !== file.sha256)
      throw new UserError(
        `${name}: made again, its sha256 is ${hash.slice(0, 12)}…, the manifest says ${file.sha256.slice(0, 12)}…. ` +
          'It was made by other code (recipe.json of a publication names it), or on another device. Nothing was replaced',
      )
    await renameDurable(fresh, path)
    return 'made'
  } finally {
    await rm(fresh, { force: true })
  }
}

export async function regeneratorOf({ track }: Dataset): Promise<Regenerator> {
  if (!namesIn('pipelines/regenerate').includes(track))
    throw new UserError(`track ${track}: nothing here knows how its files are made again`)
  return load<Regenerator>('track', 'pipelines/regenerate', track)
}
