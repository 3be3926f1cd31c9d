/**
 * One GET: what is asked, over which connection, and the limits of waiting. Redirects are followed, three at most, each
 * one checked as the first was. Nothing but the request goes out: no cookies, no credentials.
 */
import { get as httpGet, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type Resolve, type Route, routeTo, shownText, shownUrl } from './address.ts'
import { trouble } from './trouble.ts'

/** Milliseconds. */
export interface Limits {
  header: number // until a name is resolved; until the server begins to answer
  idle: number // without a byte
  total: number // for everything: attempts, waits, redirects
}

export interface Asking {
  loopback: boolean
  resolve?: Resolve
  limits: Limits
  signal: AbortSignal
}

export interface Answer {
  url: URL // after redirects
  status: number
  header(name: string): string | undefined
  body: AsyncIterable<Buffer>
  drop(): void
}

type Headers = Readonly<Record<string, string>>

const REDIRECTS = 3

export async function exchange(text: string, headers: Headers, asking: Asking): Promise<Answer> {
  let route = await inTime(routeTo(text, asking), text, asking)
  for (let hop = 0; ; hop++) {
    const answer = await ask(route, headers, asking)
    if (![301, 302, 303, 307, 308].includes(answer.status)) return answer
    answer.drop()
    const to = answer.header('location')
    if (to === undefined) throw trouble('elsewhere', `${shownUrl(route.url)}: redirects to nowhere`)
    if (hop === REDIRECTS)
      throw trouble('elsewhere', `${shownUrl(route.url)}: redirects more than ${REDIRECTS} times`)
    route = await inTime(routeTo(to, asking, route.url), to, asking)
  }
}

/** A name server may be as slow as any other. */
async function inTime(route: Promise<Route>, text: string, { limits, signal }: Asking): Promise<Route> {
  signal.throwIfAborted()
  let forget = () => {}
  const late = new Promise<never>((_, reject) => {
    const why = trouble('again', `${shownText(text)}: its name was not resolved`)
    const timer = setTimeout(() => reject(why), limits.header)
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    forget = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([route, late])
  } finally {
    forget()
  }
}

function ask({ url, addresses }: Route, headers: Headers, { limits, signal }: Asking): Promise<Answer> {
  const shown = shownUrl(url)
  return new Promise((resolve, reject) => {
    let why: Error | undefined
    const get = url.protocol === 'https:' ? httpsGet : httpGet
    const request = get(url, {
      agent: false, // a connection of its own: none that was opened for another name
      lookup: answering(addresses),
      signal,
      headers: { 'user-agent': 'fieldrank', accept: '*/*', 'accept-encoding': 'identity', ...headers },
    })
    const stop = (sentence: string) => {
      why ??= trouble('again', `${shown}: ${sentence}`)
      request.destroy(why)
    }
    const late = setTimeout(() => stop(`no answer within ${limits.header / 1000} s`), limits.header)
    request.setTimeout(limits.idle, () => stop(`sent nothing for ${limits.idle / 1000} s`))
    request.on('close', () => clearTimeout(late))
    request.on('error', (error) => {
      why ??= error
      clearTimeout(late)
      reject(told(why, shown, signal))
    })
    request.on('response', (response) => {
      clearTimeout(late)
      const drop = () => void request.destroy()
      const body = bodyOf(response, (error) => told(why ?? error, shown, signal), drop)
      const header = (name: string) => response.headers[name] as string | undefined
      resolve({ url, status: response.statusCode ?? 0, header, body, drop })
    })
  })
}

async function* bodyOf(
  response: IncomingMessage,
  toldOf: (error: Error) => Error,
  drop: () => void,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer
    if (!response.complete) throw new Error('aborted')
  } catch (error) {
    throw toldOf(error as Error)
  } finally {
    drop()
  }
}

/** The error of a socket as a sentence; that of a stop as it is. */
function told(error: Error, shown: string, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason
  if ('advice' in error) return error
  const { code = error.message } = error as NodeJS.ErrnoException
  const isCut = ['ECONNRESET', 'EPIPE', 'aborted'].includes(code)
  return trouble('again', `${shown}: ${isCut ? 'the connection was cut' : code}`)
}

/** Answers every question of the socket with the addresses that were checked. */
function answering(addresses: Route['addresses']): LookupFunction {
  return (_host, options, callback) => {
    const first = addresses[0]!
    if (options.all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
