/**
 * Files that a site brings along, up to a limit of bytes in all. What does not fit is left out, and pages say so: whoever has
 * the file can choose it by hand. Files are asked for in order of worth: the truth of a dataset, then its runs by rank.
 */
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Table } from '../../contracts.ts'
import { writeDurable } from '../../io/files.ts'
import type { Published } from '../../reports/site/recompute.ts'

export interface Copies {
  readonly files: number
  readonly bytes: number
  readonly leftOut: number
  /** Copies the file to `href` of the site if there is room. */
  add(path: string, table: Table, href: string): Promise<Published>
  /** Copies a small file that belongs to one which fitted. */
  keep(path: string, href: string): Promise<void>
  /** Writes a picture, which is small too. */
  write(href: string, bytes: Uint8Array): Promise<void>
}

export function copiesInto(site: string, limit: number): Copies {
  const count = { files: 0, bytes: 0, leftOut: 0 }
  return {
    get files() {
      return count.files
    },
    get bytes() {
      return count.bytes
    },
    get leftOut() {
      return count.leftOut
    },
    async add(path, table, href) {
      const { sha256, bytes, rows, rowGroups, footer } = table
      const published = { path: table.path, sha256, bytes, rows, rowGroups, footer }
      if (count.bytes + bytes > limit) {
        count.leftOut++
        return { ...published, href: null }
      }
      await copy(path, join(site, href))
      count.files++
      count.bytes += bytes
      return { ...published, href }
    },
    keep: (path, href) => copy(path, join(site, href)),
    write: (href, bytes) => writeDurable(join(site, href), bytes),
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}
