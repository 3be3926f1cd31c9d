/**
 * Files that survive a kill: written beside their place, synced, then renamed.
 * After a crash a path holds its old content or its new content, never a mixture.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { Artifact } from '../contracts.ts'

/** Measured, not made: the one file name that no folder hash looks at (seconds, dates, peak memory). */
export const UNHASHED = 'cost.json'

/** Writes `bytes` to `path`, parts one after the other: temporary file in the same folder, fsync, rename, fsync of the folder. */
export async function writeDurable(
  path: string,
  bytes: Uint8Array | string | readonly Uint8Array[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      // each from where the one before ended
      for (const part of Array.isArray(bytes) ? bytes : [bytes]) await handle.writeFile(part)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Renames so that the new name outlives a power cut; what stood at `to` is replaced. */
export async function renameDurable(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
  await syncFolder(dirname(to))
}

/** Flushes an existing file, for those that a library wrote. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Hex SHA-256 of a file, read as a stream. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}

/** The file as an Artifact, its path relative to `folder`. */
export async function artifact(path: string, folder: string): Promise<Artifact> {
  const [{ size }, sha] = await Promise.all([stat(path), sha256File(path)])
  return { path: relative(folder, path).split(sep).join('/'), sha256: sha, bytes: size }
}

/**
 * Hash of a file, or of a folder: over the sorted lines `<sha256>  <path>` of all files in it
 * (the lines that sha256sum prints), without cost.json. null where nothing is.
 */
export async function hashTree(path: string): Promise<string | null> {
  const info = await stat(path).catch(() => null)
  if (info === null) return null
  if (info.isFile()) return sha256File(path)
  const lines: string[] = []
  for (const file of await listFiles(path)) {
    if (basename(file) !== UNHASHED) lines.push(`${await sha256File(join(path, file))}  ${file}\n`)
  }
  return sha256(lines.join(''))
}

/** All files under a folder, relative, `/`-separated, in byte order. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  return files.sort((a, b) => (a < b ? -1 : 1))
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
