/** D3: addresses inside a network that an outsider must not reach through us, in every spelling and by every way. */
import type { LookupAddress } from 'node:dns'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { isPrivate } from '../../../io/download/address.ts'
import { download } from '../../../io/download.ts'
import { temporary } from '../../benchmarks/toy-datasets.ts'
import { type Tally, tally } from '../checks.ts'
import { serve } from '../server.ts'
import { hurried } from './hurried.ts'

const HOSTS = [
  '127.0.0.1 127.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 127.0.0.1. 127.255.255.254 localhost localhost. 0.0.0.0 0',
  '10.0.0.1 10.255.255.255 0xa000001 012.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 3232235521 169.254.169.254',
  '100.64.0.1 192.0.0.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 [::] [::1] [::ffff:127.0.0.1] [::ffff:7f00:1]',
  '[::ffff:10.0.0.1] [0:0:0:0:0:ffff:a00:1] [::7f00:1] [fe80::1] [fc00::1] [fd12:3456::1] [ff02::1] [2001::1]',
  '[2001:db8::1] [2002:7f00:1::] [64:ff9b::7f00:1] [64:ff9b::a00:1] [64:ff9b:1::1] [fec0::1] ①②⑦.⓪.⓪.① 127。0。0。1',
].flatMap((line) => line.split(' '))

/** Every host, asked for itself, with a user name before it, as what a name resolves to, and as a redirect. */
export async function addresses(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const folder = await temporary()
  let location = ''
  const server = await serve(() => Buffer.from('x'))
  const redirecting = await serve(
    () => Buffer.from('x'),
    () => ({ fault: 'redirect-to', location }),
  )
  const own = new Set([server, redirecting].map(({ url }) => Number(new URL(url).port)))
  const watch = watchSockets(own)
  try {
    for (let i = 0; i < count; i++) {
      const host = HOSTS[i % HOSTS.length]!
      const port = rng.integer(2) === 0 ? '' : `:${1 + rng.integer(65_535)}`
      const scheme = rng.integer(2) === 0 ? 'http' : 'https'
      const hostile = `${scheme}://${host}${port}/x`
      const ways = [
        () => ({ url: hostile, more: { loopback: false } }),
        () => ({ url: hostile.replace('//', `//data.example@`), more: {} }),
        () => ({ url: 'https://data.example/x', more: { resolve: answering(host) } }),
        () => {
          location = hostile.replace(/[^ -~]+/g, encodeURIComponent) // a header is ASCII; a URL reads it the same
          return { url: `${redirecting.url}x`, more: {} }
        },
      ]
      const way = Math.floor(i / HOSTS.length) % ways.length
      const { url, more } = ways[way]!()
      await counted.try(`way ${way}: ${hostile}`, async () => {
        counted.fault()
        watch.private.length = 0
        const path = join(folder, `${i}`)
        const isOk = await download(url, path, { ...hurried(), ...more, attempts: 1 }).then(
          () => true,
          (error: Error) => {
            if (error.name !== 'UserError') throw error
            return false
          },
        )
        if (watch.private.length > 0) return `connected to ${watch.private.join(', ')}`
        return isOk ? 'was followed' : null
      })
    }
  } finally {
    watch.forget()
    await Promise.all([server.close(), redirecting.close()])
  }
  return counted
}

/** A name server that gives the address of a URL's host: at once, beside a public one, or at the second question only. */
function answering(host: string): (name: string) => Promise<LookupAddress[]> {
  const literal = new URL(`http://${host}/`).hostname.replace(/^\[|\]$|\.$/g, '')
  const address = literal === 'localhost' ? '127.0.0.1' : literal
  const hostile = { address, family: address.includes(':') ? 6 : 4 }
  const open = { address: '93.184.216.34', family: 4 }
  let asked = 0
  return async () => (host.length % 2 === 0 ? [open, hostile] : asked++ === 0 ? [open] : [hostile])
}

/** Sees every connection of this process. Those to other places than our servers are noted, and not made. */
function watchSockets(own: ReadonlySet<number>): { private: string[]; forget(): void } {
  const seen: string[] = []
  const connect = Socket.prototype.connect
  type Options = { host?: string; port?: number; lookup?: (...args: unknown[]) => void }
  const note = (address: string) => isPrivate(address) && seen.push(address)
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const options = (Array.isArray(args[0]) ? args[0][0] : args[0]) as Options
    if (own.has(Number(options.port)) && options.host === '127.0.0.1')
      return Reflect.apply(connect, this, args) as Socket
    if (/^[\d.]+$|:/.test(options.host ?? '')) note(options.host!)
    else
      options.lookup?.(options.host, { all: true }, (_: unknown, all: LookupAddress[]) => {
        for (const { address } of all) note(address)
      })
    process.nextTick(() => this.destroy(Object.assign(new Error('not made'), { code: 'ECONNREFUSED' })))
    return this
  } as typeof connect
  return {
    private: seen,
    forget: () => {
      Socket.prototype.connect = connect
    },
  }
}
