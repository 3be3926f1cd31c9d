/** What the checks of the network share: bytes, a fetch that does not wait, and what may lie about afterwards. */
import { readFile } from 'node:fs/promises'
import type { Rng } from '../../../contracts.ts'
import type { DownloadOptions } from '../../../io/download.ts'
import { exists } from '../../../io/files.ts'
import type { Fault } from '../server.ts'

export function randomBytes(rng: Rng, most: number): Buffer {
  const words = new Int32Array(Math.ceil(most / 4))
  rng.words(words)
  return Buffer.from(words.buffer).subarray(0, 1 + rng.integer(most))
}

/** No waiting between attempts; short limits only where a fault has to be waited for, since a loaded machine is slow too. */
export function hurried(fault?: Fault): DownloadOptions {
  const own = { loopback: true, sleep: async () => {} }
  if (fault === 'stall') return { ...own, limits: { header: 10_000, idle: 1000 }, attempts: 3 }
  if (fault === 'slow-drip') return { ...own, limits: { header: 5000, idle: 400, total: 1500 }, attempts: 2 }
  return { ...own, limits: { header: 10_000, idle: 10_000 }, attempts: 2 }
}

/** What is beside a file that was to come: nothing, or a part of the right bytes. */
export async function leftover(path: string, right: Buffer): Promise<string | null> {
  if (await exists(path)) return 'a file was kept after an error'
  const part = await readFile(`${path}.part`).catch(() => Buffer.alloc(0))
  return right.subarray(0, part.length).equals(part) ? null : 'a part of wrong bytes was kept'
}
