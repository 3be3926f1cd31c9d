/** Group D: servers, cuts, addresses, names, links and mirrors that mean no good, or cannot do better. */
import { execFileSync } from 'node:child_process'
import type { LookupAddress } from 'node:dns'
import { link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Rng } from '../../../contracts.ts'
import { isPrivate } from '../../../io/download/address.ts'
import { type DownloadOptions, download } from '../../../io/download.ts'
import { fetchDatasets } from '../../../io/fetch.ts'
import { exists, listFiles, sha256 } from '../../../io/files.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { type Group, type Tally, tally } from '../checks.ts'
import { badNames } from '../names.ts'
import { FAULTS, type Fault, serve } from '../server.ts'

const group: Group = {
  about: 'servers, cuts, addresses, names, links, mirrors',
  checks: [
    {
      name: 'D1 server that misbehaves',
      smoke: 3 * FAULTS.length,
      full: 200 * FAULTS.length,
      run: misbehaving,
    },
    { name: 'D2 cut at random bytes', smoke: 20, full: 2000, run: cuts },
    { name: 'D3 private addresses', smoke: 200, full: 1000, run: addresses },
    { name: 'D4 names of a manifest', smoke: 120, full: 5000, run: names },
    { name: 'D5 links and pipes in the folder', smoke: 48, full: 240, run: planted },
    { name: 'D6 mirrors', smoke: 6, full: 50, run: mirrors },
  ],
}

export default group

function randomBytes(rng: Rng, most: number): Buffer {
  const words = new Int32Array(Math.ceil(most / 4))
  rng.words(words)
  return Buffer.from(words.buffer).subarray(0, 1 + rng.integer(most))
}

/** No waiting between attempts; short limits only where a fault has to be waited for. */
function hurried(fault?: Fault): DownloadOptions {
  const isSlow = fault === 'stall' || fault === 'slow-drip'
  const limits = isSlow ? { header: 5000, idle: 400, total: 1500 } : { header: 10_000, idle: 10_000 }
  return { loopback: true, sleep: async () => {}, limits, attempts: 2 }
}

/** What is beside a file that was to come: nothing, or a part of the right bytes. */
async function leftover(path: string, right: Buffer): Promise<string | null> {
  if (await exists(path)) return 'a file was kept after an error'
  const part = await readFile(`${path}.part`).catch(() => Buffer.alloc(0))
  return right.subarray(0, part.length).equals(part) ? null : 'a part of wrong bytes was kept'
}

// ── D1 ───────────────────────────────────────────────────────────────────────

/** Faults that pass: when the server is well again, the bytes must come. The others are an answer, and final. */
const PASSING = new Set<Fault>(
  FAULTS.filter((fault) => !['wrong-length', 'html', 'redirect-loop', 'slow-drip', 'gzip'].includes(fault)),
)

async function misbehaving(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const folder = await temporary()
  for (let i = 0; i < count; i++) {
    const fault = FAULTS[i % FAULTS.length]!
    const mode = (['once', 'always', 'mirror'] as const)[Math.floor(i / FAULTS.length) % 3]!
    const body = randomBytes(rng, 150_000)
    const at = rng.integer(body.length)
    await counted.try(`${fault} ${mode} (${body.length} bytes, at ${at})`, async () => {
      const bad = await serve(
        () => body,
        (n) => {
          if (mode === 'once' && n > 0) return null
          counted.fault()
          return { fault, at }
        },
      )
      const good = await serve(() => body)
      const path = join(folder, `${i}.bin`)
      const whole = { sha256: sha256(body), bytes: body.length }
      const mirrored = mode === 'mirror' ? { mirrors: [`${good.url}x`] } : {}
      try {
        await download(`${bad.url}x`, path, { ...hurried(fault), ...whole, ...mirrored })
        if (mode === 'always') return 'bytes came from a server that never gives them'
        return (await readFile(path)).equals(body) ? null : 'wrong bytes were kept'
      } catch (error) {
        if ((error as Error).name !== 'UserError') throw error
        const mustCome =
          (mode === 'once' && PASSING.has(fault)) || (mode === 'mirror' && fault !== 'slow-drip')
        return mustCome ? `nothing came: ${(error as Error).message}` : leftover(path, body)
      } finally {
        await Promise.all([bad.close(), good.close(), rm(path, { force: true })])
      }
    })
  }
  return counted
}

// ── D2 ───────────────────────────────────────────────────────────────────────

const CHUNK = 65_536 // what the system and Node may hold of a connection that dies

async function cuts(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const path = join(await temporary(), 'x')
  for (let i = 0; i < count; i++) {
    const body = randomBytes(rng, 400_000)
    const places = Array.from({ length: 1 + rng.integer(3) }, () => 1 + rng.integer(body.length))
    await counted.try(`cut after ${places} of ${body.length} bytes`, async () => {
      const served = await serve(
        () => body,
        (n) => {
          if (n >= places.length) return null
          counted.fault()
          return { fault: 'reset', at: places[n]! }
        },
      )
      try {
        await download(`${served.url}x`, path, { ...hurried(), attempts: 5, sha256: sha256(body) })
        const twice = served.sent - body.length
        if (twice > places.length * CHUNK) return `${twice} bytes came twice`
        return (await readFile(path)).equals(body) ? null : 'wrong bytes'
      } finally {
        await Promise.all([served.close(), rm(path, { force: true })])
      }
    })
  }
  return counted
}

// ── D3 ───────────────────────────────────────────────────────────────────────

const HOSTS = [
  '127.0.0.1 127.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 127.0.0.1. 127.255.255.254 localhost localhost. 0.0.0.0 0',
  '10.0.0.1 10.255.255.255 0xa000001 012.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 3232235521 169.254.169.254',
  '100.64.0.1 192.0.0.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 [::] [::1] [::ffff:127.0.0.1] [::ffff:7f00:1]',
  '[::ffff:10.0.0.1] [0:0:0:0:0:ffff:a00:1] [::7f00:1] [fe80::1] [fc00::1] [fd12:3456::1] [ff02::1] [2001::1]',
  '[2001:db8::1] [2002:7f00:1::] [64:ff9b::7f00:1] [64:ff9b::a00:1] [64:ff9b:1::1] [fec0::1] ①②⑦.⓪.⓪.① 127。0。0。1',
].flatMap((line) => line.split(' '))

/** Every host, asked for itself, with a user name before it, as what a name resolves to, and as a redirect. */
async function addresses(count: number, rng: Rng): Promise<Tally> {
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

// ── D4 ───────────────────────────────────────────────────────────────────────

async function names(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const parent = await temporary()
  const out = join(parent, 'out')
  await makeOperators(join(parent, 'source'))
  await mkdir(join(parent, 'out-evil'))
  const manifest = JSON.parse(await readFile(join(parent, 'source/manifest.json'), 'utf8'))
  const shard = await readFile(join(parent, 'source', manifest.shards[0].path))
  let text = ''
  const served = await serve((path) => (path === '/manifest.json' ? Buffer.from(text) : shard))
  const outside = async () => (await listFiles(parent)).filter((file) => !file.startsWith('out/')).join('\n')
  const before = await outside()
  try {
    for (const { kind, name } of badNames(count, rng)) {
      const shards = [{ ...manifest.shards[0], path: kind === 'file' ? name : manifest.shards[0].path }]
      text = JSON.stringify({ ...manifest, shards, ...(kind === 'dataset' && { name }) })
      await counted.try(`${kind} ${JSON.stringify(name)}`, async () => {
        counted.fault()
        const isTaken = await fetchDatasets(served.url, out, hurried()).then(
          () => true,
          (error: Error) => {
            if (error.name !== 'UserError') throw error
            return false
          },
        )
        const wrong = (await outside()) === before ? null : 'written outside the root'
        await rm(out, { recursive: true, force: true })
        return wrong ?? (isTaken ? 'was taken' : null)
      })
    }
  } finally {
    await served.close()
  }
  return counted
}

// ── D5 ───────────────────────────────────────────────────────────────────────

const KINDS = [
  'link',
  'dangling',
  'hard-link',
  'pipe',
  'folder',
  'device',
  'folder-link',
  'out-link',
] as const

async function planted(count: number, _rng: Rng): Promise<Tally> {
  const counted = tally()
  const parent = await temporary()
  const { name, shards } = await makeOperators(join(parent, 'source'))
  const file = shards[0]!.path
  const served = await serve((path) => contents.get(path.slice(1)) ?? null)
  const contents = new Map<string, Buffer>()
  for (const path of await listFiles(join(parent, 'source')))
    contents.set(path, await readFile(join(parent, 'source', path)))
  const places = [file, `${file}.part`, `${file}.part.json`, 'manifest.json', 'SHA256SUMS']
  try {
    for (let i = 0; i < count; i++) {
      const kind = KINDS[i % KINDS.length]!
      const place = places[Math.floor(i / KINDS.length) % places.length]!
      const [out, victim] = [join(parent, `out${i}`), join(parent, `victim${i}`)]
      await mkdir(join(victim, 'folder'), { recursive: true })
      await writeFile(join(victim, 'file'), 'precious')
      await counted.try(`${kind} at ${place}`, async () => {
        counted.fault()
        await plant(kind, join(out, name), place, victim)
        const refused = await fetchDatasets(served.url, out, hurried()).then(
          () => null,
          (error: Error) => error,
        )
        const safe = (await readFile(join(victim, 'file'), 'utf8')) === 'precious'
        const stray = (await listFiles(victim)).length > 1 || (await exists(join(victim, 'new')))
        if (!safe || stray) return 'something was written through it'
        if (refused !== null && refused.name !== 'UserError') throw refused
        return refused === null ? 'was not refused' : null
      })
      await rm(out, { recursive: true, force: true })
      await rm(victim, { recursive: true, force: true })
    }
  } finally {
    await served.close()
  }
  return counted
}

async function plant(
  kind: (typeof KINDS)[number],
  folder: string,
  place: string,
  victim: string,
): Promise<void> {
  const at = join(folder, place)
  if (kind === 'folder-link') {
    await mkdir(join(folder, '..'), { recursive: true })
    return symlink(join(victim, 'folder'), folder)
  }
  await mkdir(folder, { recursive: true })
  if (kind === 'link') return symlink(join(victim, 'file'), at)
  if (kind === 'dangling' || kind === 'out-link') return symlink(join(victim, 'new'), at)
  if (kind === 'hard-link') return link(join(victim, 'file'), at)
  if (kind === 'folder') return void (await mkdir(at))
  if (kind === 'device') return symlink('/dev/null', at)
  execFileSync('mkfifo', [at])
}

// ── D6 ───────────────────────────────────────────────────────────────────────

async function mirrors(count: number, rng: Rng): Promise<Tally> {
  const counted = tally()
  const parent = await temporary()
  const { shards } = await makeOperators(join(parent, 'source'))
  const contents = new Map<string, Buffer>()
  for (const path of await listFiles(join(parent, 'source')))
    contents.set(path, await readFile(join(parent, 'source', path)))
  const content = (path: string) => contents.get(path.slice(1)) ?? null
  const faults = FAULTS.filter((fault) => fault !== 'stall' && fault !== 'slow-drip')
  for (let i = 0; i < count; i++) {
    const fault = faults[rng.integer(faults.length)]!
    const isLying = i % 3 === 2 // the mirror has other bytes: nothing may be taken from it
    await counted.try(`${fault}${isLying ? ', and a mirror of other bytes' : ''}`, async () => {
      const first = await serve(content, (_, path) => {
        counted.fault()
        return path === '/manifest.json' ? null : { fault, at: 10 }
      })
      const second = await serve((path) => {
        const body = content(path)
        return isLying && body !== null ? Buffer.from(body.map((byte) => byte ^ 4)) : body
      })
      const out = join(parent, `out${i}`)
      try {
        const [fetched] = await fetchDatasets(first.url, out, { ...hurried(), mirrors: [second.url] })
        if (isLying) return 'bytes of a wrong hash were taken'
        return fetched!.fetched.length === shards.length ? null : `only ${fetched!.fetched} came`
      } catch (error) {
        if ((error as Error).name !== 'UserError' || !isLying) throw error
        const files =
          (await stat(out).catch(() => null)) === null ? [] : await readdir(out, { recursive: true })
        const kept = files.filter((path) => path.endsWith('.parquet'))
        return kept.length === 0 ? null : `${kept} were kept`
      } finally {
        await Promise.all([first.close(), second.close()])
        await rm(out, { recursive: true, force: true })
      }
    })
  }
  return counted
}
