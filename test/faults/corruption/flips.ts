/**
 * B1: single flipped bits. In the manifest one at a time; in the other files one each of some of them at once, since verify
 * reads all of them anyway: it must name these and no others, and no flipped shard may be read.
 */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { checkDataset, MANIFEST } from '../../../io/manifest.ts'
import { readParquet } from '../../../io/parquet.ts'
import { type Tally, tally } from '../checks.ts'
import { allValues, named, type ToyDataset, toy, valuesOr } from './toy.ts'

export async function flips(count: number, rng: Rng): Promise<Tally> {
  const made = await toy()
  const truth = await allValues(made.folder)
  const others = made.files.filter((file) => file !== MANIFEST)
  const counted = tally()
  while (counted.inputs < count) {
    const isManifest = rng.integer(4) === 0
    const some = others.filter(() => rng.integer(2) === 0)
    const files = isManifest ? [MANIFEST] : some.slice(0, count - counted.inputs)
    const flipped = await Promise.all(files.map((file) => flip(join(made.folder, file), rng)))
    const found = new Map(files.map((file) => [file, [] as string[]]))
    if (isManifest) found.get(MANIFEST)!.push(...(await inManifest(made, truth)))
    else await inOthers(made, found)
    for (const [i, { what, back }] of flipped.entries()) {
      counted.fault()
      await counted.try(`${files[i]}: ${what}`, async () => found.get(files[i]!)!.join('; ') || null)
      await back()
    }
  }
  return counted
}

async function flip(path: string, rng: Rng): Promise<{ what: string; back(): Promise<void> }> {
  const handle = await open(path, 'r+')
  const [at, bit] = [rng.integer((await handle.stat()).size), rng.integer(8)]
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  await handle.write(Buffer.of(byte[0]! ^ (1 << bit)), 0, 1, at)
  const back = async () => {
    await handle.write(byte, 0, 1, at)
    await handle.close()
  }
  return { what: `bit ${bit} of byte ${at}`, back }
}

/** A changed manifest may still be one, of the same values. */
async function inManifest({ folder }: ToyDataset, truth: string): Promise<string[]> {
  const problems = await checkDataset(folder)
  const read = await valuesOr(() => allValues(folder))
  return [
    ...(problems.length === 0 ? ['verify notices nothing'] : []),
    ...(read === null || read === truth ? [] : ['other values were read']),
  ]
}

/** Says what is wrong at the file that it is wrong with. */
async function inOthers({ folder, dataset }: ToyDataset, found: Map<string, string[]>): Promise<void> {
  const said = await named(folder)
  const files = [...found.keys()].sort()
  if (said.join() !== files.join())
    for (const list of found.values()) list.push(`of ${files}, verify names ${said.join() || 'nothing'}`)
  for (const shard of dataset.shards) {
    const list = found.get(shard.path)
    if (list === undefined) continue
    const read = valuesOr(() => readParquet(join(folder, shard.path), { expect: shard }).then(() => 'values'))
    if ((await read) !== null) list.push('values were read from it')
  }
}
