/** D2: connections that are cut at random bytes; the rest must come, and nothing twice. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { download } from '../../../io/download.ts'
import { sha256 } from '../../../io/files.ts'
import { temporary } from '../../benchmarks/toy-datasets.ts'
import { type Tally, tally } from '../checks.ts'
import { serve } from '../server.ts'
import { hurried, randomBytes } from './hurried.ts'

const CHUNK = 65_536 // what the system and Node may hold of a connection that dies

export async function cuts(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const path = join(await temporary(), 'x')
  for (let i = 0; i < count; i++) {
    const body = randomBytes(rng, 400_000)
    const places = Array.from({ length: 1 + rng.integer(3) }, () => 1 + rng.integer(body.length))
    await counted.try(`cut after ${places} of ${body.length} bytes`, async () => {
      const served = await serve(
        () => body,
        (n) => {
          if (n >= places.length) return null
          counted.fault()
          return { fault: 'reset', at: places[n]! }
        },
      )
      try {
        await download(`${served.url}x`, path, { ...hurried(), attempts: 5, sha256: sha256(body) })
        const twice = served.sent - body.length
        if (twice > places.length * CHUNK) return `${twice} bytes came twice`
        return (await readFile(path)).equals(body) ? null : 'wrong bytes'
      } finally {
        await Promise.all([served.close(), rm(path, { force: true })])
      }
    })
  }
  return counted
}
