/**
 * Brings the bytes of one file into a sink, from the first place that has them right: attempts at a place, then the next.
 *
 * A cut is taken up where it was by a range request with If-Range, when the server gave a strong ETag for the same URL;
 * else from the start. 5xx, 408 and 429 wait as long as Retry-After says, else 0.5 s, 1 s, 2 s, … to 30 s. Attempts that
 * brought PROGRESS bytes that can be gone on from are not counted. Whole bytes of a wrong hash are asked for once more, then elsewhere.
 * Status, Content-Range, Content-Length, Content-Encoding, the first bytes, the number of bytes and the hash must all be right.
 */
import { shownText } from './address.ts'
import { type Answer, type Asking, exchange } from './exchange.ts'
import type { Sink } from './part.ts'
import { isTrouble, trouble } from './trouble.ts'

export interface Wanted {
  subject: string // begins every sentence
  sha256?: string
  bytes?: number // exactly
  atMost: number // where `bytes` is not known
  magic?: string // the first bytes, as ASCII
}

export interface Trying extends Asking {
  attempts: number
  sleep(ms: number, signal: AbortSignal): Promise<void>
  progress?: (bytes: number) => void // of the file, in the sink so far
}

const PROGRESS = 65_536
const LONGEST_WAIT = 30_000
const LONGEST_ASKED = 120_000

/** The place that gave the bytes; a UserError tells what each of them answered. */
export async function transfer(
  places: readonly string[],
  sink: Sink,
  wanted: Wanted,
  trying: Trying,
): Promise<string> {
  const answers: string[] = []
  for (const place of places) {
    try {
      await fromPlace(place, sink, wanted, trying)
      return place
    } catch (error) {
      if (!isTrouble(error) || trying.signal.aborted) throw error
      answers.push(error.message)
    }
  }
  throw trouble('elsewhere', `${wanted.subject}: not downloaded. ${[...new Set(answers)].join('; ')}`)
}

async function fromPlace(place: string, sink: Sink, wanted: Wanted, trying: Trying): Promise<void> {
  let failures = 0
  let wrong = 0
  for (;;) {
    const before = sink.bytes
    try {
      const isFresh = await attempt(place, sink, wanted, trying)
      if (wanted.sha256 === undefined || sink.sha256() === wanted.sha256) return
      if (isFresh) wrong++
      const advice = wrong > 1 ? 'elsewhere' : 'restart'
      throw trouble(
        advice,
        `${shownText(place)}: sha256 is ${short(sink.sha256())}, expected ${short(wanted.sha256)}`,
      )
    } catch (error) {
      if (!isTrouble(error) || trying.signal.aborted) throw error
      const isKept = error.advice === 'again' && sink.origin !== null // what cannot be gone on from is no progress
      failures = isKept && sink.bytes - before >= PROGRESS ? 1 : failures + 1
      if (error.advice !== 'again') await sink.restart()
      if (error.advice === 'elsewhere' || failures >= trying.attempts) throw error
      await trying.sleep(error.after ?? Math.min(LONGEST_WAIT, 250 * 2 ** failures), trying.signal)
      trying.signal.throwIfAborted()
    }
  }
}

/** Fills the sink; true when all of its bytes came in this attempt. */
async function attempt(place: string, sink: Sink, wanted: Wanted, trying: Trying): Promise<boolean> {
  const most = wanted.bytes ?? wanted.atMost
  const mayGoOn = sink.origin?.url === place && sink.bytes <= most
  if (sink.bytes > 0 && sink.bytes === wanted.bytes && wanted.sha256 !== undefined) return false // whole, not yet judged
  if (sink.bytes > 0 && !mayGoOn) await sink.restart()
  const from = sink.bytes
  const range =
    from > 0 ? { range: `bytes=${from}-`, 'if-range': sink.origin!.etag } : ({} as Record<string, string>)
  const answer = await exchange(place, range, trying)
  try {
    await accept(answer, place, sink, { wanted, most })
    for await (const chunk of answer.body) {
      if (sink.bytes + chunk.length > most)
        throw trouble('elsewhere', `${shownText(place)}: sends more than the ${most} bytes that are expected`)
      checkMagic(sink.bytes, chunk, wanted, place)
      await sink.append(chunk)
      trying.progress?.(sink.bytes)
    }
  } finally {
    answer.drop()
  }
  if (wanted.bytes !== undefined && sink.bytes !== wanted.bytes)
    throw trouble('restart', `${shownText(place)}: sent ${sink.bytes} bytes, expected ${wanted.bytes}`)
  return from === 0 || answer.status === 200
}

/** Whether the body is what was asked for; the sink is made ready for it. */
async function accept(
  answer: Answer,
  place: string,
  sink: Sink,
  { wanted, most }: { wanted: Wanted; most: number },
): Promise<void> {
  const { status } = answer
  const bad = (what: string) => trouble('elsewhere', `${shownText(place)}: ${what}`)
  if (status === 416) throw trouble('restart', `${shownText(place)}: answers 416, it has no such range`)
  if (status === 408 || status === 429 || status >= 500) throw busy(answer, place)
  if (status !== 200 && status !== 206) throw bad(`answers ${status}`)
  const encoding = answer.header('content-encoding') ?? 'identity'
  if (encoding !== 'identity') throw bad(`sends ${encoding}, which was not asked for`)
  if (/^text\/html\b/i.test(answer.header('content-type') ?? ''))
    throw bad('sends a web page in place of a file')
  if (status === 206) checkRange(answer, place, sink, wanted)
  else if (sink.bytes > 0) await sink.restart()
  const length = answer.header('content-length')
  const rest = most - sink.bytes
  if (
    length !== undefined &&
    (Number(length) > rest || (wanted.bytes !== undefined && Number(length) < rest))
  )
    throw bad(`would send ${length} bytes, expected ${wanted.bytes === undefined ? 'at most ' : ''}${rest}`)
  const isEndless = length === undefined && answer.header('transfer-encoding') === undefined
  if (isEndless && wanted.bytes === undefined && wanted.sha256 === undefined)
    throw bad('does not say how long the file is')
  if (status === 200) {
    const etag = answer.header('etag') ?? ''
    await sink.begin(/^"[^"]*"$/.test(etag) ? { url: place, etag } : null)
  }
}

function checkRange(answer: Answer, place: string, sink: Sink, wanted: Wanted): void {
  const said = answer.header('content-range') ?? ''
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(said) ?? []
  const etag = answer.header('etag')
  const isRight =
    sink.bytes > 0 &&
    (etag === undefined || etag === sink.origin?.etag) && // a server may not know If-Range
    Number(from) === sink.bytes &&
    Number(to) === Number(total) - 1 &&
    (wanted.bytes === undefined || Number(total) === wanted.bytes)
  if (!isRight)
    throw trouble(
      'restart',
      `${shownText(place)}: sends '${said.slice(0, 60)}', asked from byte ${sink.bytes}`,
    )
}

function checkMagic(at: number, chunk: Uint8Array, { magic = '' }: Wanted, place: string): void {
  for (let i = at; i < Math.min(magic.length, at + chunk.length); i++)
    if (chunk[i - at] !== magic.charCodeAt(i))
      throw trouble(
        'elsewhere',
        `${shownText(place)}: does not begin with ${magic}: not the file that is expected`,
      )
}

/** Retry-After is in seconds, or a date by the clock of the server, which the Date of the same answer shows. */
export function busy(answer: Answer, place: string): Error {
  const said = answer.header('retry-after')
  const date = Date.parse(said ?? '') - Date.parse(answer.header('date') ?? '')
  const asked = /^\d+$/.test(said ?? '')
    ? Number(said) * 1000
    : Number.isFinite(date)
      ? Math.max(0, date)
      : null
  if (asked !== null && asked > LONGEST_ASKED)
    return trouble(
      'elsewhere',
      `${shownText(place)}: answers ${answer.status}, and asks to come back in ${asked / 1000} s`,
    )
  return trouble('again', `${shownText(place)}: answers ${answer.status}`, asked ?? undefined)
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}…`
}
