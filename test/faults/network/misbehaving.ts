/** D1: a server that misbehaves, once or always, with a good mirror or without one. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { download } from '../../../io/download.ts'
import { sha256 } from '../../../io/files.ts'
import { temporary } from '../../benchmarks/toy-datasets.ts'
import { type Tally, tally } from '../checks.ts'
import { FAULTS, type Fault, serve } from '../server.ts'
import { hurried, leftover, randomBytes } from './hurried.ts'

/** Faults that pass: when the server is well again, the bytes must come. The others are an answer, and final. */
const PASSING = new Set<Fault>(
  FAULTS.filter((fault) => !['wrong-length', 'html', 'redirect-loop', 'slow-drip', 'gzip'].includes(fault)),
)

export async function misbehaving(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const folder = await temporary()
  for (let i = 0; i < count; i++) {
    const fault = FAULTS[i % FAULTS.length]!
    const mode = (['once', 'always', 'mirror'] as const)[Math.floor(i / FAULTS.length) % 3]!
    const body = randomBytes(rng, 150_000)
    const at = rng.integer(body.length)
    await counted.try(`${fault} ${mode} (${body.length} bytes, at ${at})`, async () => {
      const bad = await serve(
        () => body,
        (n) => {
          if (mode === 'once' && n > 0) return null
          counted.fault()
          return { fault, at }
        },
      )
      const good = await serve(() => body)
      const path = join(folder, `${i}.bin`)
      const whole = { sha256: sha256(body), bytes: body.length }
      const mirrored = mode === 'mirror' ? { mirrors: [`${good.url}x`] } : {}
      try {
        await download(`${bad.url}x`, path, { ...hurried(fault), ...whole, ...mirrored })
        // Cut after `at` bytes of each answer, a body is there after two if `at` is half of it: that is what resuming is for.
        const isResumed = fault === 'reset' && 2 * at >= body.length
        if (mode === 'always' && !isResumed) return 'bytes came from a server that never gives them'
        return (await readFile(path)).equals(body) ? null : 'wrong bytes were kept'
      } catch (error) {
        if ((error as Error).name !== 'UserError') throw error
        const mustCome =
          (mode === 'once' && PASSING.has(fault)) || (mode === 'mirror' && fault !== 'slow-drip')
        return mustCome ? `nothing came: ${(error as Error).message}` : leftover(path, body)
      } finally {
        await Promise.all([bad.close(), good.close(), rm(path, { force: true })])
      }
    })
  }
  return counted
}
