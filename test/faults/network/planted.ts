/** D5: links, pipes and devices planted where a file is to be written. */
import { execFileSync } from 'node:child_process'
import { link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { fetchDatasets } from '../../../io/fetch.ts'
import { exists, listFiles } from '../../../io/files.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { type Tally, tally } from '../checks.ts'
import { serve } from '../server.ts'
import { hurried } from './hurried.ts'

const KINDS = [
  'link',
  'dangling',
  'hard-link',
  'pipe',
  'folder',
  'device',
  'folder-link',
  'out-link',
] as const

export async function planted(count: number, _rng: Rng): Promise<Tally> {
  const counted = tally()
  const parent = await temporary()
  const { name, shards } = await makeOperators(join(parent, 'source'))
  const file = shards[0]!.path
  const served = await serve((path) => contents.get(path.slice(1)) ?? null)
  const contents = new Map<string, Buffer>()
  for (const path of await listFiles(join(parent, 'source')))
    contents.set(path, await readFile(join(parent, 'source', path)))
  const places = [file, `${file}.part`, `${file}.part.json`, 'manifest.json', 'SHA256SUMS']
  try {
    for (let i = 0; i < count; i++) {
      const kind = KINDS[i % KINDS.length]!
      const place = places[Math.floor(i / KINDS.length) % places.length]!
      const [out, victim] = [join(parent, `out${i}`), join(parent, `victim${i}`)]
      await mkdir(join(victim, 'folder'), { recursive: true })
      await writeFile(join(victim, 'file'), 'precious')
      await counted.try(`${kind} at ${place}`, async () => {
        counted.fault()
        await plant(kind, join(out, name), place, victim)
        const refused = await fetchDatasets(served.url, out, hurried()).then(
          () => null,
          (error: Error) => error,
        )
        const safe = (await readFile(join(victim, 'file'), 'utf8')) === 'precious'
        const stray = (await listFiles(victim)).length > 1 || (await exists(join(victim, 'new')))
        if (!safe || stray) return 'something was written through it'
        if (refused !== null && refused.name !== 'UserError') throw refused
        return refused === null ? 'was not refused' : null
      })
      await rm(out, { recursive: true, force: true })
      await rm(victim, { recursive: true, force: true })
    }
  } finally {
    await served.close()
  }
  return counted
}

async function plant(
  kind: (typeof KINDS)[number],
  folder: string,
  place: string,
  victim: string,
): Promise<void> {
  const at = join(folder, place)
  if (kind === 'folder-link') {
    await mkdir(join(folder, '..'), { recursive: true })
    return symlink(join(victim, 'folder'), folder)
  }
  await mkdir(folder, { recursive: true })
  if (kind === 'link') return symlink(join(victim, 'file'), at)
  if (kind === 'dangling' || kind === 'out-link') return symlink(join(victim, 'new'), at)
  if (kind === 'hard-link') return link(join(victim, 'file'), at)
  if (kind === 'folder') return void (await mkdir(at))
  if (kind === 'device') return symlink('/dev/null', at)
  execFileSync('mkfifo', [at])
}
