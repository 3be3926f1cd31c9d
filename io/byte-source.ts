/**
 * Stretches of bytes of a file, wherever it lies: behind a URL that is read by ranges, in a file that a person chose, in
 * memory. The same in a browser and in Node; nothing here is checked, parquet-ranges.ts does that.
 */
import { UserError } from './errors.ts'

export interface ByteSource {
  name: string // for sentences
  read(offset: number, bytes: number): Promise<Uint8Array<ArrayBuffer>>
}

/** What reading took; counted up by those who read. */
export interface Traffic {
  requests: number
  bytes: number
}

/**
 * Range requests (RFC 9110, section 14). A server that knows no ranges answers with the whole file, which is then kept, so
 * that it is sent once. Will not: retry, or read from more than one place.
 */
export function fromUrl(url: string, traffic: Traffic = { requests: 0, bytes: 0 }): ByteSource {
  const name = url.split(/[?#]/)[0]!.split('/').at(-1)!
  let whole: Promise<Uint8Array<ArrayBuffer>> | null = null
  return {
    name,
    async read(offset, bytes) {
      if (whole !== null) return (await whole).slice(offset, offset + bytes)
      traffic.requests++
      const response = await ask(url, name, { Range: `bytes=${offset}-${offset + bytes - 1}` })
      const body = bodyOf(response, traffic)
      if (response.status === 206) return body
      whole = body
      return (await body).slice(offset, offset + bytes)
    },
  }
}

/** The same stretch is read once; what failed is asked for again. */
export function remembered(source: ByteSource): ByteSource {
  const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  return {
    name: source.name,
    read(offset, bytes) {
      const key = `${offset} ${bytes}`
      const one = kept.get(key) ?? source.read(offset, bytes)
      kept.set(key, one)
      one.catch(() => kept.delete(key))
      return one
    },
  }
}

/** A file that a person chose, or bytes in memory. */
export function fromBlob(blob: Blob, name: string): ByteSource {
  return {
    name,
    read: async (offset, bytes) => new Uint8Array(await blob.slice(offset, offset + bytes).arrayBuffer()),
  }
}

async function ask(url: string, name: string, headers: Record<string, string>): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { headers })
  } catch (error) {
    throw new UserError(`${name}: cannot be reached (${(error as Error).message})`)
  }
  if (!response.ok)
    throw new UserError(`${name}: the server answered ${response.status}, expected 200 or 206`)
  return response
}

async function bodyOf(response: Response, traffic: Traffic): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  traffic.bytes += bytes.length
  return bytes
}
