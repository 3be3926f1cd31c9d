/**
 * A public log as a file of data/cache. There it is checked against its SHA-256: the one we know, else the one recorded
 * beside it (`<file>.sha256`, a line that `sha256sum -c` reads) when it was first used. What is not there is downloaded,
 * resumably (io/download.ts); where that cannot be done, one sentence says what to download and where to put it.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Context } from '../../../contracts.ts'
import type { Source } from '../../../generators/interactions/sources.ts'
import { type DownloadOptions, download } from '../../../io/download.ts'
import { UserError } from '../../../io/errors.ts'
import { exists, sha256File, writeDurable } from '../../../io/files.ts'
import { cacheFolder } from '../../layout.ts'

type Download = (url: string, path: string, options: DownloadOptions) => Promise<unknown>

/** The largest of the files has 2 GB or so; one of more than this is not what we know. */
const MOST = 2 ** 34
const TOLD = 100e6 // bytes between two lines of the log

/** Where the file lies, and its SHA-256. */
export async function cachedSource(
  name: string,
  source: Source,
  ctx: Pick<Context, 'root' | 'signal' | 'log'>,
  get: Download = download,
): Promise<{ path: string; sha256: string }> {
  const path = join(cacheFolder(ctx.root), source.file)
  if (!(await exists(path))) await bring(name, source, path, ctx, get)
  const sha256 = await sha256File(path)
  const sums = `${path}.sha256`
  const recorded = source.sha256 ?? (await readFile(sums, 'utf8').catch(() => null))?.split(' ')[0]
  if (recorded === undefined) await writeDurable(sums, `${sha256}  ${basename(path)}\n`)
  else if (recorded !== sha256) {
    const other = `If it is meant to be another edition, delete ${basename(sums)} and run again, which makes anew what was made of the old one; else`
    const hint = source.sha256 === null ? `${other} delete` : 'Delete'
    throw new UserError(
      `source ${name}: ${shown(path)} has SHA-256 ${sha256}, expected ${recorded}. ${hint} the file and get it again`,
    )
  }
  return { path, sha256 }
}

async function bring(
  name: string,
  source: Source,
  path: string,
  { signal, log }: Pick<Context, 'signal' | 'log'>,
  get: Download,
): Promise<void> {
  const { url, steps, sha256 } = source
  if (steps !== null) throw new UserError(sentence(name, source, path))
  await mkdir(dirname(path), { recursive: true })
  let told = 0
  const progress = (bytes: number) => {
    if (bytes < told + TOLD) return
    told = bytes
    log(`${Math.round(bytes / 1e6)} MB of ${url}`)
  }
  const known = sha256 === null ? {} : { sha256 }
  await get(url, path, { ...known, atMost: MOST, signal, progress }).catch((error: Error) => {
    if (!(error instanceof UserError)) throw error
    throw new UserError(`${sentence(name, source, path)} (${error.message})`)
  })
}

function sentence(name: string, { url, steps }: Source, path: string): string {
  const then = steps === null ? 'put it' : `${steps} and put that`
  return `source ${name}: not in ${shown(dirname(path))}. Download ${url}, ${then} at ${shown(path)}`
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
