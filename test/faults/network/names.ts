/** D4: names in a manifest that would leave the folder. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { fetchDatasets } from '../../../io/fetch.ts'
import { listFiles } from '../../../io/files.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { type Tally, tally } from '../checks.ts'
import { badNames } from '../names.ts'
import { serve } from '../server.ts'
import { hurried } from './hurried.ts'

export async function names(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const parent = await temporary()
  const out = join(parent, 'out')
  await makeOperators(join(parent, 'source'))
  await mkdir(join(parent, 'out-evil'))
  const manifest = JSON.parse(await readFile(join(parent, 'source/manifest.json'), 'utf8'))
  const shard = await readFile(join(parent, 'source', manifest.shards[0].path))
  let text = ''
  const served = await serve((path) => (path === '/manifest.json' ? Buffer.from(text) : shard))
  const outside = async () => (await listFiles(parent)).filter((file) => !file.startsWith('out/')).join('\n')
  const before = await outside()
  try {
    for (const { kind, name } of badNames(count, rng)) {
      const shards = [{ ...manifest.shards[0], path: kind === 'file' ? name : manifest.shards[0].path }]
      text = JSON.stringify({ ...manifest, shards, ...(kind === 'dataset' && { name }) })
      await counted.try(`${kind} ${JSON.stringify(name)}`, async () => {
        counted.fault()
        const isTaken = await fetchDatasets(served.url, out, hurried()).then(
          () => true,
          (error: Error) => {
            if (error.name !== 'UserError') throw error
            return false
          },
        )
        const wrong = (await outside()) === before ? null : 'written outside the root'
        await rm(out, { recursive: true, force: true })
        return wrong ?? (isTaken ? 'was taken' : null)
      })
    }
  } finally {
    await served.close()
  }
  return counted
}
