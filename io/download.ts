/**
 * The only door to the network: files by https, resumable, and in place only when every byte is right.
 *
 * `download` writes `<path>.part`, hashes as bytes come, and renames when status, length, first bytes and SHA-256 are as
 * expected; transfer.ts says what is tried again. Not more than `bytes` (or `atMost`) are ever written. http, and private
 * addresses, are refused (address.ts); loopback needs `loopback: true` and a URL that says so in plain words.
 * Errors are one UserError that names every place that was asked. What it will not do: log in, send cookies, unpack
 * archives or content encodings, use proxies.
 */
import { setTimeout as wait } from 'node:timers/promises'
import pLimit from 'p-limit'
import { type Resolve, shownText } from './download/address.ts'
import { exchange, type Limits } from './download/exchange.ts'
import { memorySink, openPart } from './download/part.ts'
import { busy, type Trying, transfer, type Wanted } from './download/transfer.ts'
import { isTrouble, trouble } from './download/trouble.ts'

export interface Access {
  loopback?: boolean // allow http and https to this machine, where the URL says so
  signal?: AbortSignal
  limits?: Partial<Limits>
  attempts?: number // at each place, not counting those that brought something
  resolve?: Resolve // tests: a name server
  sleep?: (ms: number, signal: AbortSignal) => Promise<void> // tests: no waiting
}

export interface DownloadOptions extends Access {
  sha256?: string
  bytes?: number // exactly
  atMost?: number // where `bytes` is not known
  magic?: string // the first bytes, as ASCII: 'PAR1'
  mirrors?: readonly string[] // other URLs of the same bytes
  progress?: (bytes: number) => void // of the file that are here
}

export interface Downloaded {
  url: string // that gave the bytes
  sha256: string
  bytes: number
}

/** Brings the file to `path`; the folder exists. See placeBelow for names that come from elsewhere. */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const part = await openPart(path)
  let isKept = false
  try {
    const from = await transfer(
      [url, ...(options.mirrors ?? [])],
      part,
      wantedOf(url, options),
      tryingOf(url, options),
    )
    const { bytes } = part
    const sha256 = part.sha256()
    isKept = true
    await part.finish()
    return { url: from, sha256, bytes }
  } catch (error) {
    const mayGoOn = part.bytes > 0 && part.origin !== null && !isKept
    if (!isKept) await (mayGoOn ? part.close() : part.discard())
    throw error
  }
}

/** One outcome per file, in order: a file that fails does not stop the others. */
export function downloadAll(
  files: readonly { url: string; path: string; options?: DownloadOptions }[],
  parallel = 4,
): Promise<PromiseSettledResult<Downloaded>[]> {
  const limit = pLimit(parallel)
  return Promise.allSettled(files.map(({ url, path, options }) => limit(() => download(url, path, options))))
}

/** A small file as bytes, under the same rules: a manifest. */
export async function readUrl(url: string, options: DownloadOptions = {}): Promise<Buffer> {
  const sink = memorySink()
  await transfer([url, ...(options.mirrors ?? [])], sink, wantedOf(url, options), tryingOf(url, options))
  return sink.content()
}

/** Bytes from ≤ b < to of a file, or its last `-from` bytes; and how long the file is. */
export async function readRange(
  url: string,
  [from, to]: readonly [from: number, to?: number],
  access: Access = {},
): Promise<{ bytes: Buffer; total: number }> {
  const trying = tryingOf(url, access)
  for (let failures = 1; ; failures++) {
    try {
      return await askRange(url, from, to, trying)
    } catch (error) {
      if (!isTrouble(error) || error.advice === 'elsewhere' || failures >= trying.attempts) throw error
      await trying.sleep(error.after ?? 250 * 2 ** failures, trying.signal)
    }
  }
}

/** Limits in milliseconds. A file may take as long as it would at SLOWEST, and ten minutes. */
const LIMITS: Limits = { header: 30_000, idle: 30_000, total: 600_000 }
const SLOWEST = 100 // bytes per millisecond
const LONGEST = 2 ** 31 - 1 // ms: what a timer can count
const UNKNOWN = 64 * 2 ** 20 // bytes of a file of unknown size

function wantedOf(url: string, { sha256, bytes, atMost = UNKNOWN, magic }: DownloadOptions): Wanted {
  return {
    subject: lastName(url),
    atMost,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(magic === undefined ? {} : { magic }),
  }
}

function lastName(url: string): string {
  return url.split(/[?#]/)[0]!.split('/').at(-1) || url
}

function tryingOf(url: string, options: DownloadOptions): Trying {
  const size = options.bytes ?? options.atMost ?? 0
  const limits = { ...LIMITS, total: LIMITS.total + size / SLOWEST, ...options.limits }
  const stop = new AbortController()
  const late = () =>
    stop.abort(trouble('elsewhere', `${lastName(url)}: not downloaded within ${limits.total / 1000} s`))
  AbortSignal.timeout(Math.min(Math.ceil(limits.total), LONGEST)).addEventListener('abort', late, {
    once: true,
  })
  return {
    loopback: options.loopback === true,
    limits,
    attempts: options.attempts ?? 5,
    signal: options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]),
    sleep: options.sleep ?? ((ms, signal) => wait(ms, undefined, { signal }).catch(() => {})), // the signal tells why
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    ...(options.progress === undefined ? {} : { progress: options.progress }),
  }
}

async function askRange(
  url: string,
  from: number,
  to: number | undefined,
  trying: Trying,
): Promise<{ bytes: Buffer; total: number }> {
  const range = from < 0 ? `bytes=${from}` : `bytes=${from}-${to === undefined ? '' : to - 1}`
  const answer = await exchange(url, { range }, trying)
  const bad = (what: string) => trouble('elsewhere', `${shownText(url)}: ${what}`)
  try {
    if (answer.status === 429 || answer.status >= 500) throw busy(answer, url)
    if (answer.status !== 206) throw bad(`answers ${answer.status} to a range request, expected 206`)
    if ((answer.header('content-encoding') ?? 'identity') !== 'identity') throw bad('sends encoded bytes')
    const [, start, end, total] =
      /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.header('content-range') ?? '') ?? []
    const size = Number(total)
    const first = from < 0 ? Math.max(0, size + from) : from
    const last = Math.min(to ?? size, size) - 1
    if (Number(start) !== first || Number(end) !== last) throw bad('sends another range than was asked for')
    const sink = memorySink()
    for await (const chunk of answer.body) {
      if (sink.bytes + chunk.length > last + 1 - first) throw bad('sends more than was asked for')
      await sink.append(chunk)
    }
    if (sink.bytes !== last + 1 - first)
      throw trouble('again', `${shownText(url)}: sent ${sink.bytes} bytes of ${last + 1 - first}`)
    return { bytes: sink.content(), total: size }
  } finally {
    answer.drop()
  }
}
