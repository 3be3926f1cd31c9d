/**
 * Where a file of a dataset may be written: below one folder, under a plain name, and never through a link.
 * A link, a pipe, a device or a folder that somebody put there is refused, not followed and not opened.
 */
import type { Stats } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'

/**
 * The path of `name` below `root`; folders between them are made. Names are those of manifests: a-z 0-9 . _ - and slashes,
 * so that no two of them are one file on systems that ignore case or compose letters.
 */
export async function placeBelow(root: string, name: string): Promise<string> {
  if (!isPlainName(name))
    throw new UserError(`${JSON.stringify(name.slice(0, 80))}: not a plain file name, and not written`)
  await mkdir(root, { recursive: true })
  let path = root
  const parts = name.split('/')
  for (const part of parts.slice(0, -1)) {
    path = join(path, part)
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (!(await lstat(path)).isDirectory())
      throw new UserError(`${path}: is no folder, or a link to one, and is not followed`)
  }
  return join(path, parts.at(-1)!)
}

/** Plain, not too long, no '.' or '..', and none of the names that Windows keeps for devices or shortens. */
export function isPlainName(name: string): boolean {
  if (name.length > 255 || !/^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/.test(name)) return false
  return name
    .split('/')
    .every((part) => !/^\.+$|\.$/.test(part) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(part))
}

/** The file at `path`, null where nothing is. Anything but a file of one name is refused. */
export async function ownFile(path: string): Promise<Stats | null> {
  const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (info === null) return null
  const kind = info.isSymbolicLink()
    ? 'a link'
    : info.isDirectory()
      ? 'a folder'
      : !info.isFile()
        ? 'no file'
        : info.nlink > 1
          ? 'a file with more than one name (a hard link)'
          : null
  if (kind === null) return info
  throw new UserError(`${path}: is ${kind}, and is neither read nor replaced. Remove it and ask again`)
}
