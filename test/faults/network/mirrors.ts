/** D6: mirrors, honest and lying. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { fetchDatasets } from '../../../io/fetch.ts'
import { listFiles } from '../../../io/files.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { type Tally, tally } from '../checks.ts'
import { FAULTS, serve } from '../server.ts'
import { hurried } from './hurried.ts'

export async function mirrors(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const parent = await temporary()
  const { shards } = await makeOperators(join(parent, 'source'))
  const contents = new Map<string, Buffer>()
  for (const path of await listFiles(join(parent, 'source')))
    contents.set(path, await readFile(join(parent, 'source', path)))
  const content = (path: string) => contents.get(path.slice(1)) ?? null
  const faults = FAULTS.filter((fault) => fault !== 'stall' && fault !== 'slow-drip')
  for (let i = 0; i < count; i++) {
    const fault = faults[rng.integer(faults.length)]!
    const isLying = i % 3 === 2 // the mirror has other bytes: nothing may be taken from it
    await counted.try(`${fault}${isLying ? ', and a mirror of other bytes' : ''}`, async () => {
      const first = await serve(content, (_, path) => {
        counted.fault()
        return path === '/manifest.json' ? null : { fault, at: 10 }
      })
      const second = await serve((path) => {
        const body = content(path)
        return isLying && body !== null ? Buffer.from(body.map((byte) => byte ^ 4)) : body
      })
      const out = join(parent, `out${i}`)
      try {
        const [fetched] = await fetchDatasets(first.url, out, { ...hurried(), mirrors: [second.url] })
        if (isLying) return 'bytes of a wrong hash were taken'
        return fetched!.fetched.length === shards.length ? null : `only ${fetched!.fetched} came`
      } catch (error) {
        if ((error as Error).name !== 'UserError' || !isLying) throw error
        const files =
          (await stat(out).catch(() => null)) === null ? [] : await readdir(out, { recursive: true })
        const kept = files.filter((path) => path.endsWith('.parquet'))
        return kept.length === 0 ? null : `${kept} were kept`
      } finally {
        await Promise.all([first.close(), second.close()])
        await rm(out, { recursive: true, force: true })
      }
    })
  }
  return counted
}
