/**
 * What has come of a download: `<path>.part`, and beside it `<path>.part.json`, which says from where, so that a killed
 * download goes on. The hash runs along with the bytes. `finish` syncs, renames and syncs the folder: `path` has its old
 * content or the new, never a part.
 */
import { createHash, type Hash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { renameDurable, writeDurable } from '../files.ts'
import { ownFile } from './place.ts'

/** Which bytes these are: a strong ETag of a URL. */
export interface Origin {
  url: string
  etag: string
}

export interface Sink {
  bytes: number
  origin: Origin | null
  sha256(): string
  restart(): Promise<void>
  begin(origin: Origin | null): Promise<void>
  append(chunk: Uint8Array): Promise<void>
}

export interface Part extends Sink {
  finish(): Promise<void>
  close(): Promise<void> // keeps the part for the next attempt
  discard(): Promise<void>
}

export async function openPart(path: string): Promise<Part> {
  const [file, note] = [`${path}.part`, `${path}.part.json`]
  for (const place of [path, file, note]) await ownFile(place)
  const handle = await openOwn(file)
  let hash = createHash('sha256')
  const part: Part = {
    bytes: await hashOf(handle, hash),
    origin: await readOrigin(note),
    sha256: () => hash.copy().digest('hex'),
    async restart() {
      await handle.truncate(0)
      hash = createHash('sha256')
      part.bytes = 0
      part.origin = null
      await rm(note, { force: true })
    },
    async begin(origin) {
      part.origin = origin
      if (origin === null) await rm(note, { force: true })
      else await writeDurable(note, JSON.stringify(origin))
    },
    async append(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, part.bytes + at)
        at += bytesWritten
      }
      hash.update(chunk)
      part.bytes += chunk.length
    },
    async finish() {
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
      await ownFile(path)
      await renameDurable(file, path)
      await rm(note, { force: true })
    },
    close: () => handle.close(),
    async discard() {
      await handle.close()
      await rm(file, { force: true })
      await rm(note, { force: true })
    },
  }
  return part
}

/** The same without a file, for what is read and not kept. */
export function memorySink(): Sink & { content(): Buffer } {
  let chunks: Uint8Array[] = []
  let hash: Hash = createHash('sha256')
  const sink: Sink = {
    bytes: 0,
    origin: null,
    sha256: () => hash.copy().digest('hex'),
    async restart() {
      chunks = []
      hash = createHash('sha256')
      sink.bytes = 0
      sink.origin = null
    },
    async begin(origin) {
      sink.origin = origin
    },
    async append(chunk) {
      chunks.push(chunk)
      hash.update(chunk)
      sink.bytes += chunk.length
    },
  }
  return Object.assign(sink, { content: () => Buffer.concat(chunks) })
}

/** Opens without following a link or waiting for the other end of a pipe; what was opened is looked at once more. */
async function openOwn(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644)
  const info: Stats = await handle.stat()
  if (info.isFile() && info.nlink === 1) return handle
  await handle.close()
  throw new UserError(`${path}: is no file of its own. Remove it and ask again`)
}

async function hashOf(handle: FileHandle, hash: Hash): Promise<number> {
  const buffer = Buffer.alloc(1 << 20)
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return at
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}

async function readOrigin(note: string): Promise<Origin | null> {
  try {
    const { url, etag } = JSON.parse(await readFile(note, 'utf8'))
    return typeof url === 'string' && typeof etag === 'string' ? { url, etag } : null
  } catch {
    return null // the part is begun anew
  }
}
