/** A host as static hosts are: a folder over loopback, with byte ranges, or without them where `ranges` is false. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
}

export interface Host {
  url: string
  asked: { path: string; range: string | undefined; status: number }[]
  close(): Promise<void>
}

export async function serve(folder: string, { ranges = true } = {}): Promise<Host> {
  const asked: Host['asked'] = []
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname)
    const body = await readFile(join(folder, normalize(path))).catch(() => null)
    const range = request.headers.range
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec((ranges && range) || '') ?? []
    const part = body === null || from === undefined ? body : body.subarray(Number(from), Number(to) + 1)
    const status = body === null ? 404 : part === body ? 200 : 206
    asked.push({ path, range, status })
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    const extent = status === 206 ? { 'content-range': `bytes ${from}-${to}/${body!.length}` } : {}
    response.writeHead(status, { 'content-type': type, ...extent }).end(part ?? 'not here')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
