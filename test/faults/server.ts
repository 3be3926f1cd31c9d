/**
 * A web server that misbehaves on request. It serves one content under every path; `plan` says what is wrong with the
 * n-th request (null: nothing). A good answer knows ranges, If-Range and a strong ETag.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

export const FAULTS = [
  'reset',
  'stall',
  'short-body',
  'wrong-length',
  'html',
  'wrong-range',
  '416',
  '429-retry-after',
  '429',
  '503',
  'redirect-loop',
  'slow-drip',
  'changed-etag',
  'gzip',
] as const
export type Fault = (typeof FAULTS)[number]

export interface Asked {
  path: string
  headers: IncomingMessage['headers']
}

export interface Served {
  url: string // of the root, with a slash
  asked: Asked[]
  sent: number // bytes of good bodies
  close(): Promise<void>
}

/** `at`: how many bytes a broken body has before it breaks. */
export type Plan = (
  request: number,
  path: string,
) => { fault: Fault | 'reset-without-etag'; at: number } | { fault: 'redirect-to'; location: string } | null

export async function serve(
  content: (path: string) => Buffer | null,
  plan: Plan = () => null,
): Promise<Served> {
  const served: Served = { url: '', asked: [], sent: 0, close: async () => {} }
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    response.on('error', () => {})
    const path = request.url!.split('?')[0]!
    const wrong = plan(served.asked.length, path)
    served.asked.push({ path, headers: request.headers })
    const body = content(path)
    if (body === null) response.writeHead(404).end()
    else if (wrong === null) answer(request, response, body, served)
    else if (wrong.fault === 'redirect-to') response.writeHead(302, { location: wrong.location }).end()
    else MISBEHAVE[wrong.fault]({ request, response, at: wrong.at, body, served })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  served.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return served
}

export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
}

/** What a static host does. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  served: Served,
  cut = Infinity,
): void {
  const etag = etagOf(body)
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const from = first === '' ? Math.max(0, body.length - Number(last)) : Number(first ?? 0)
  const to = first === '' || !last ? body.length : Math.min(body.length, Number(last) + 1)
  const isRange = first !== undefined && isSame
  if (isRange && from >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
    return
  }
  const part = isRange ? body.subarray(from, to) : body
  const range = isRange ? { 'content-range': `bytes ${from}-${to - 1}/${body.length}` } : {}
  response.writeHead(isRange ? 206 : 200, { 'content-length': part.length, etag, ...range })
  const good = part.subarray(0, cut)
  served.sent += good.length
  if (good.length === part.length) response.end(good)
  else response.write(good, () => response.socket?.destroy())
}

interface Wrong {
  request: IncomingMessage
  response: ServerResponse
  at: number
  body: Buffer
  served: Served
}

const length = (body: Buffer) => ({ 'content-length': body.length })

const MISBEHAVE: Record<Fault | 'reset-without-etag', (wrong: Wrong) => unknown> = {
  reset: ({ request, response, body, served, at }) => answer(request, response, body, served, at),
  'reset-without-etag': ({ response, body, at }) =>
    response.writeHead(200, length(body)).write(body.subarray(0, at), () => response.socket?.destroy()),
  stall: ({ response, body, at }) =>
    response.writeHead(200, { ...length(body), etag: etagOf(body) }).write(body.subarray(0, at)),
  // a chunked body that ends well, and too early
  'short-body': ({ response, body, at }) =>
    response.writeHead(200, { etag: etagOf(body) }).end(body.subarray(0, at)),
  'wrong-length': ({ response, body }) =>
    response
      .writeHead(200, { 'content-length': body.length + 7 })
      .end(Buffer.concat([body, Buffer.alloc(7)])),
  html: ({ response }) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><p>Sign in'),
  // also when no range was asked for
  'wrong-range': ({ response, body }) =>
    response
      .writeHead(206, { ...length(body), 'content-range': `bytes 1-${body.length}/${body.length + 1}` })
      .end(body),
  '416': ({ response, body }) => response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end(),
  '429-retry-after': ({ response }) => response.writeHead(429, { 'retry-after': '3' }).end('slow down'),
  '429': ({ response }) => response.writeHead(429).end('slow down'),
  '503': ({ response }) => response.writeHead(503).end('busy'),
  'redirect-loop': ({ request, response }) => response.writeHead(302, { location: request.url! }).end(),
  'slow-drip': ({ response, body }) => drip(response, body),
  // ignores If-Range, and goes on with other bytes
  'changed-etag': ({ request, response, body, served }) => {
    const { 'if-range': _, ...headers } = request.headers
    answer({ headers } as IncomingMessage, response, changed(body), served)
  },
  gzip: ({ response, body }) =>
    response.writeHead(200, { 'content-encoding': 'gzip', etag: etagOf(body) }).end(gzipSync(body)),
}

function drip(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { ...length(body), etag: etagOf(body) })
  let sent = 0
  const timer = setInterval(() => response.write(body.subarray(sent, ++sent)), 20)
  response.on('close', () => clearInterval(timer))
}

function changed(body: Buffer): Buffer {
  return Buffer.from(body.map((byte) => byte ^ 1))
}
