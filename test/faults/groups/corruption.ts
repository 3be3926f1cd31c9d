/** Group B: bytes that changed on their way or on the disk. None may be read as a value, and each must be named. */
import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { fetchDatasets } from '../../../io/fetch.ts'
import { checkDataset } from '../../../io/manifest.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { type Group, type Tally, tally } from '../checks.ts'
import { flips } from '../corruption/flips.ts'
import { lengths } from '../corruption/lengths.ts'
import { named, toy } from '../corruption/toy.ts'
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
      return found.join() === expected.sort().join() ? null : `verify names ${found}, expected ${expected}`
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
        if (found.join() !== bad.sort().join()) return `verify names ${found}`
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
