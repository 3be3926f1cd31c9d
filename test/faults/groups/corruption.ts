/** Group B: bytes that changed on their way or on the disk. None may be read as a value, and each must be named. */
import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset, Rng, Values } from '../../../contracts.ts'
import { fetchDatasets } from '../../../io/fetch.ts'
import { listFiles } from '../../../io/files.ts'
import { checkDataset, readManifest, readSplit } from '../../../io/manifest.ts'
import { readParquet } from '../../../io/parquet.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { type Group, type Tally, tally } from '../checks.ts'
import { serve } from '../server.ts'

const group: Group = {
  about: 'flipped bits, cut files, wrong files, and their repair',
  checks: [
    { name: 'B1 flipped bits', smoke: 1000, full: 100_000, run: flips },
    { name: 'B2 cut and lengthened files', smoke: 500, full: 10_000, run: lengths },
    { name: 'B3 shards swapped, doubled, old, lost', smoke: 20, full: 500, run: mixups },
    { name: 'B4 the exact set is named and fetched', smoke: 5, full: 100, run: repairs },
  ],
}

export default group

const SPLITS = ['train', 'valid', 'test'] as const

async function toy(): Promise<{ folder: string; dataset: Dataset; files: string[] }> {
  const folder = join(await temporary(), 'toy-fields')
  const dataset = await makeOperators(folder, { train: 4, valid: 2, test: 3 })
  return { folder, dataset, files: await listFiles(folder) }
}

/** Changes one file, looks, and puts it back. `look` says what must not be. */
async function changed(
  folder: string,
  file: string,
  change: (bytes: Buffer) => Buffer,
  look: () => Promise<string | null>,
): Promise<string | null> {
  const bytes = await readFile(join(folder, file))
  await writeFile(join(folder, file), change(Buffer.from(bytes)))
  try {
    return await look()
  } finally {
    await writeFile(join(folder, file), bytes)
  }
}

/** The files that `fieldrank verify` names. */
async function named(folder: string): Promise<string[]> {
  return (await checkDataset(folder)).map(
    (problem) =>
      problem
        .split(/: |, but /)[0]!
        .split('/')
        .at(-1)!,
  )
}

// ── B1, B2 ───────────────────────────────────────────────────────────────────

async function flips(count: number, rng: Rng): Promise<Tally> {
  const { folder, dataset, files } = await toy()
  const truth = await allValues(folder)
  const counted = tally()
  for (let i = 0; i < count; i++) {
    const file = files[i % files.length]!
    const { length } = await readFile(join(folder, file))
    const [at, bit] = [rng.integer(length), rng.integer(8)]
    await counted.try(`${file}: bit ${bit} of byte ${at}`, () => {
      counted.fault()
      const flip = (bytes: Buffer) => {
        bytes[at]! ^= 1 << bit
        return bytes
      }
      return changed(folder, file, flip, () => noticed(folder, file, dataset, truth))
    })
  }
  return counted
}

async function lengths(count: number, rng: Rng): Promise<Tally> {
  const { folder, dataset, files } = await toy()
  const truth = await allValues(folder)
  const counted = tally()
  for (let i = 0; i < count; i++) {
    const file = files[i % files.length]!
    const { length } = await readFile(join(folder, file))
    const to = i % 5 === 4 ? length + 1 + rng.integer(64) : rng.integer(length)
    await counted.try(`${file}: ${to} bytes of ${length}`, () => {
      counted.fault()
      const resize = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(64)]).subarray(0, to)
      return changed(folder, file, resize, () => noticed(folder, file, dataset, truth))
    })
  }
  return counted
}

async function noticed(
  folder: string,
  file: string,
  dataset: Dataset,
  truth: string,
): Promise<string | null> {
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

/** null where reading ends with a sentence. */
async function valuesOr(read: () => Promise<string>): Promise<string | null> {
  return read().catch((error: Error) => {
    if (error.name === 'UserError') return null
    throw error
  })
}

/** All values of a dataset as one text, by the manifest that is there, without the names of the columns. */
async function allValues(folder: string): Promise<string> {
  const dataset = await readManifest(folder)
  const parts: string[] = []
  for (const split of SPLITS) {
    const { rows, data } = await readSplit(folder, dataset, split)
    parts.push(
      `${rows}`,
      ...Object.values<Values>(data).map((values) => Array.from(values as Float64Array).join()),
    )
  }
  return parts.join('\n')
}

// ── B3 ───────────────────────────────────────────────────────────────────────

async function mixups(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const { folder, dataset } = await toy()
  const old = join(await temporary(), 'old')
  await makeOperators(old, { train: 6, valid: 4, test: 5 })
  const paths = dataset.shards.map(({ path }) => path)
  for (let i = 0; i < count; i++) {
    const first = rng.integer(paths.length)
    const other = (first + 1 + rng.integer(paths.length - 1)) % paths.length
    const [a, b] = [paths[first]!, paths[other]!]
    const copy = join(await temporary(), 'toy-fields')
    await cp(folder, copy, { recursive: true })
    const ways: [string, string[], () => Promise<void>][] = [
      ['swapped', [a, b], () => swap(copy, a, b)],
      ['doubled', [b], () => copyFile(join(copy, a), join(copy, b))],
      ['old version', [a], () => copyFile(join(old, a), join(copy, a))],
      ['lost', [a], () => rm(join(copy, a))],
      ['stranger', ['stranger.parquet'], () => copyFile(join(copy, a), join(copy, 'stranger.parquet'))],
    ]
    const [way, expected, change] = ways[i % ways.length]!
    await counted.try(`${way}: ${a}, ${b}`, async () => {
      counted.fault()
      await change()
      const found = await named(copy)
      return found.sort().join() === expected.sort().join()
        ? null
        : `verify names ${found}, expected ${expected}`
    })
    await rm(copy, { recursive: true })
  }
  return counted
}

async function swap(folder: string, a: string, b: string): Promise<void> {
  const [first, second] = [await readFile(join(folder, a)), await readFile(join(folder, b))]
  await writeFile(join(folder, a), second)
  await writeFile(join(folder, b), first)
}

// ── B4 ───────────────────────────────────────────────────────────────────────

async function repairs(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const { folder, dataset, files } = await toy()
  const contents = new Map<string, Buffer>()
  for (const file of files) contents.set(`/${file}`, await readFile(join(folder, file)))
  const served = await serve((path) => contents.get(path) ?? null)
  const out = await temporary()
  const access = { loopback: true }
  try {
    const cache = (await fetchDatasets(served.url, out, access))[0]!.folder
    for (let i = 0; i < count; i++) {
      const bad = dataset.shards.map(({ path }) => path).filter(() => rng.integer(2) === 0)
      await counted.try(`bad: ${bad}`, async () => {
        for (const file of bad) {
          counted.fault()
          const bytes = await readFile(join(cache, file))
          bytes[rng.integer(bytes.length)]! ^= 1 << rng.integer(8)
          await writeFile(join(cache, file), bytes)
        }
        const found = await named(cache)
        if (found.sort().join() !== bad.sort().join()) return `verify names ${found}`
        served.asked.length = 0
        const { fetched } = (await fetchDatasets(served.url, out, access))[0]!
        if ([...fetched].sort().join() !== bad.join()) return `fetched ${fetched}`
        if (served.asked.length !== bad.length + 1)
          return `${served.asked.length} requests, expected ${bad.length + 1}`
        return (await checkDataset(cache)).length === 0 ? null : 'not repaired'
      })
    }
  } finally {
    await served.close()
  }
  return counted
}
