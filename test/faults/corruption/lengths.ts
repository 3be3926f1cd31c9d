/** B2: files that end too early, or too late. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { checkDataset } from '../../../io/manifest.ts'
import { readParquet } from '../../../io/parquet.ts'
import { type Tally, tally } from '../checks.ts'
import { allValues, type ToyDataset, toy, valuesOr } from './toy.ts'

export async function lengths(count: number, rng: Rng): Promise<Tally> {
  const made = await toy()
  const truth = await allValues(made.folder)
  const counted = tally()
  for (let i = 0; i < count; i++) {
    const file = made.files[i % made.files.length]!
    const path = join(made.folder, file)
    const bytes = await readFile(path)
    const to = i % 5 === 4 ? bytes.length + 1 + rng.integer(64) : rng.integer(bytes.length)
    await counted.try(`${file}: ${to} bytes of ${bytes.length}`, async () => {
      counted.fault()
      await writeFile(path, Buffer.concat([bytes, Buffer.alloc(64)]).subarray(0, to))
      return noticed(made, file, truth)
    })
    await writeFile(path, bytes)
  }
  return counted
}

async function noticed({ folder, dataset }: ToyDataset, file: string, truth: string): Promise<string | null> {
  const problems = await checkDataset(folder)
  if (problems.length === 0) return 'verify notices nothing'
  const shard = dataset.shards.find(({ path }) => path === file)
  if (shard !== undefined) {
    if (problems.length > 1 || !problems[0]!.startsWith(`${file}:`)) return `verify says ${problems}`
    const read = await valuesOr(() => readParquet(join(folder, file), { expect: shard }).then(() => 'values'))
    return read === null ? null : 'values were read from it'
  }
  const read = await valuesOr(() => allValues(folder)) // a changed manifest may still be one, of the same values
  return read === null || read === truth ? null : 'other values were read'
}
