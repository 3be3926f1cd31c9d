/**
 * Hashes of files and folders, equal to io/files hashTree, but a file that has been hashed before is not read again
 * while its size, modification time and inode stay. So an up-to-date check of gigabytes costs a listing.
 * The memory is a cache: a lost or damaged one is rebuilt.
 */
import { readFileSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import { listFiles, sha256, sha256File, UNHASHED } from '../io/files.ts'

export interface Hashes {
  /** null where nothing is. `name` is where the path will stand soon: a rename keeps size, time and inode. */
  of(path: string, name?: string): Promise<string | null>
  save(): Promise<void>
}

/** `root`: paths below it are remembered relative to it, so that the data folder may move. */
export function openHashes(root: string, file: string): Hashes {
  const known = read(file)
  let isChanged = false

  const ofFile = async (path: string, name: string) => {
    const key = isAbsolute(name) && !relative(root, name).startsWith('..') ? relative(root, name) : name
    const before = stamp(path)
    const old = known.get(key)
    if (old !== undefined && old[0] === before) return old[1]
    const sha = await sha256File(path)
    if (stamp(path) === before && isSettled(path)) known.set(key, [before, sha])
    isChanged = true
    return sha
  }

  return {
    async of(path, name = path) {
      const info = statSync(path, { throwIfNoEntry: false })
      if (info === undefined) return null
      if (info.isFile()) return ofFile(path, resolve(name))
      const lines: string[] = []
      for (const inner of await listFiles(path)) {
        if (basename(inner) === UNHASHED) continue
        lines.push(`${await ofFile(join(path, inner), resolve(name, inner))}  ${inner}\n`)
      }
      return sha256(lines.join(''))
    },
    async save() {
      if (!isChanged) return
      isChanged = false
      const temporary = `${file}.${process.pid}.tmp`
      await writeFile(temporary, JSON.stringify([...known]))
      await rename(temporary, file)
    },
  }
}

type Known = Map<string, readonly [stamp: string, sha: string]>

function read(file: string): Known {
  try {
    const entries: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const isEntry = (entry: unknown) =>
      Array.isArray(entry) && typeof entry[0] === 'string' && Array.isArray(entry[1]) && entry[1].length === 2
    return new Map(Array.isArray(entries) && entries.every(isEntry) ? entries : [])
  } catch {
    return new Map()
  }
}

function stamp(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true })
  return `${size} ${mtimeNs} ${ino}`
}

/**
 * A file written twice within one tick of the clock of its file system shows one time for two contents.
 * So what has changed just now is hashed again next time. 50 ms: the coarsest tick of Linux is 10 ms.
 */
function isSettled(path: string): boolean {
  return Date.now() - statSync(path).mtimeMs > 50
}
