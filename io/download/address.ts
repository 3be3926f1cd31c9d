/**
 * Where a download may go: https to public addresses. A name is resolved once, all its addresses are looked at, and the
 * connection is made to one of those, so that no second answer of a name server counts.
 *
 * `loopback: true` allows http and https to 127.x.y.z, [::1] and localhost, when they are written so in the URL that was
 * given. A redirect may stay on the host and port that was given; it may not lead to another loopback service.
 * What it will not do: read proxies from the environment.
 */
import { promises as dns, type LookupAddress } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { trouble } from './trouble.ts'

/** All addresses of a host. Tests put a name server of their own here. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export const resolveHost: Resolve = (host) => dns.lookup(host, { all: true, verbatim: true })

export interface Route {
  url: URL
  addresses: readonly LookupAddress[]
}

/** The URL as it was given, by a person or a manifest. `from`: the URL that redirected here. */
export async function routeTo(
  text: string,
  { loopback, resolve = resolveHost }: { loopback: boolean; resolve?: Resolve },
  from?: URL,
): Promise<Route> {
  const url = parse(text, from)
  const shown = shownUrl(url)
  if (url.username !== '' || url.password !== '')
    throw trouble('elsewhere', `${shown}: a URL with a user name in it is not followed`)
  const isLocal = loopback && (from === undefined ? isWrittenLoopback(text, url) : isSameLoopback(url, from))
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:'))
    throw trouble('elsewhere', `${shown}: only https is followed (got ${url.protocol.slice(0, -1)})`)
  const addresses = await addressesOf(url, resolve)
  const wrong = addresses.find(({ address }) => isPrivate(address) && !(isLocal && isLoopback(address)))
  if (wrong !== undefined)
    throw trouble('elsewhere', `${shown}: ${wrong.address} is not a public address, and is not asked`)
  return { url, addresses }
}

/** Without query, where signed URLs have their secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** The same of a text that may be no URL; it is printed on terminals. */
export function shownText(text: string): string {
  return text
    .split(/[?#]/)[0]!
    .slice(0, 300)
    .replace(/\p{Cc}/gu, '·')
}

/** Whether an address is anything but a public one of the internet. Text that is no address is private. */
export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return reserved.check(address, 'ipv4')
  const groups = groupsOf(address)
  if (groups === null) return true
  const inner = `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`
  const head = groups.slice(0, 6).join(' ')
  if (head === '0 0 0 0 0 65535' || head === '100 65435 0 0 0 0') return reserved.check(inner, 'ipv4') // mapped; NAT64
  return groups[0]! >> 13 !== 1 || reserved.check(address, 'ipv6') // public ones lie in 2000::/3
}

function parse(text: string, from: URL | undefined): URL {
  try {
    return new URL(text, from)
  } catch {
    throw trouble('elsewhere', `${JSON.stringify(text.slice(0, 200))}: not a URL`)
  }
}

async function addressesOf(url: URL, resolve: Resolve): Promise<readonly LookupAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const found = await resolve(host).catch((error: NodeJS.ErrnoException) => {
    throw trouble('again', `${shownUrl(url)}: ${host} has no address (${error.code ?? error.message})`)
  })
  if (found.length === 0) throw trouble('again', `${shownUrl(url)}: ${host} has no address`)
  return found
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** In plain words: 2130706433, 0177.1 and localhost. are loopback too, but nobody writes them in good faith. */
function isWrittenLoopback(text: string, url: URL): boolean {
  return LOOPBACK.test(url.hostname) && text.toLowerCase().startsWith(`${url.protocol}//${url.host}`)
}

/** By its name too: a public host may resolve to another address when it redirects to itself. */
function isSameLoopback(url: URL, from: URL): boolean {
  return LOOPBACK.test(url.hostname) && url.host === from.host && url.protocol === from.protocol
}

function isLoopback(address: string): boolean {
  return /^127\./.test(address) || address === '::1'
}

/** The eight 16-bit numbers of an IPv6 address; null for anything else, zones included. */
function groupsOf(address: string): number[] | null {
  if (isIP(address) !== 6 || address.includes('%')) return null
  const [head, tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const numbers = (part: string | undefined) =>
    part ? part.split(':').map((word) => Number.parseInt(word, 16)) : []
  const [first, last] = [numbers(head), numbers(tail)]
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
}

const reserved = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3], // multicast, reserved, broadcast
] as const)
  reserved.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['2001::', 23], // Teredo and other protocols
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4 carries any IPv4 address
  ['3fff::', 20],
] as const)
  reserved.addSubnet(net, prefix, 'ipv6')
