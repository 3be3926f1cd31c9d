/** What the page brought along as JSON, and where its files are. */
import { type ByteSource, fromBlob, fromUrl, type Traffic } from '../../../io/byte-source.ts'
import { UserError } from '../../../io/errors.ts'
import { verified } from '../../../io/parquet-ranges.ts'
import type { Published } from '../recompute.ts'

/** null where the page has no such block. */
export function pageData<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent
  return text === null || text === undefined ? null : (JSON.parse(text) as T)
}

/** Why a file has to be chosen by hand, as a sentence; null where the page can fetch it. */
export function whyChosen(files: readonly Published[]): string | null {
  if (location.protocol === 'file:')
    return 'This page was opened from a file, and browsers let such a page read no other file by itself: choose the files below, or serve the folder (npx serve, python3 -m http.server).'
  if (files.some(({ href }) => href === null))
    return 'Some of the files were left out of this site to keep it small: choose them below if you have them.'
  return null
}

/** How a file is opened: by its URL, or among the files that were chosen, whatever their names. */
export function opener(chosen: readonly File[], traffic: Traffic): (file: Published) => Promise<ByteSource> {
  return async (file) => {
    for (const candidate of chosen.filter(({ size }) => size === file.bytes)) {
      const source = fromBlob(candidate, file.path)
      if (await isRight(source, file)) return source
    }
    if (file.href !== null && location.protocol !== 'file:')
      return fromUrl(`${document.documentElement.dataset.root}${file.href}`, traffic)
    throw new UserError(
      `${file.path}: not among the chosen files (${file.bytes} bytes, sha256 ${file.sha256.slice(0, 12)}…)`,
    )
  }
}

/** Its footer is that of the file: all else is checked as it is read. */
async function isRight(source: ByteSource, file: Published): Promise<boolean> {
  try {
    await verified(source, file).slice(file.footer.offset, file.bytes)
    return true
  } catch {
    return false
  }
}

export function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
