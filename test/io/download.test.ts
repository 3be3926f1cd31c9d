import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isPrivate, routeTo } from '../../io/download/address.ts'
import { isPlainName, placeBelow } from '../../io/download/place.ts'
import { type DownloadOptions, download, downloadAll, readRange, readUrl } from '../../io/download.ts'
import { sha256 } from '../../io/files.ts'
import { etagOf, type Plan, type Served, serve } from '../faults/server.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3))
const whole = { sha256: sha256(content), bytes: content.length }

describe('io/download', () => {
  let folder = ''
  let waits: number[] = []
  const servers: Served[] = []
  const path = () => join(folder, 'a.parquet')
  const start = async (plan?: Plan, body = content) => {
    const served = await serve((path) => (path === '/missing' ? null : body), plan)
    servers.push(served)
    return served
  }
  const options = (more: DownloadOptions = {}): DownloadOptions => ({
    loopback: true,
    sleep: async (ms) => void waits.push(ms),
    limits: { header: 5000, idle: 5000 },
    ...more,
  })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fieldrank-download-'))
    waits = []
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
    for (const one of servers.splice(0)) await one.close()
  })

  it('brings a file, leaves nothing beside it, and tells how many bytes are here', async () => {
    const { url, asked } = await start()
    const seen: number[] = []
    const got = await download(
      `${url}a`,
      path(),
      options({ ...whole, progress: (bytes) => seen.push(bytes) }),
    )
    assert.deepEqual(got, { url: `${url}a`, ...whole })
    assert.deepEqual(await readdir(folder), ['a.parquet'])
    assert.deepEqual(await readFile(path()), content)
    assert.equal(seen.at(-1), content.length)
    assert.equal(asked[0]!.headers['accept-encoding'], 'identity')
    assert.equal(asked[0]!.headers.range, undefined)
  })

  it('goes on after a cut with If-Range, and asks for what is missing alone', async () => {
    const served = await start((n) => (n === 0 ? { fault: 'reset', at: 123_456 } : null))
    await download(`${served.url}a`, path(), options(whole))
    assert.equal(served.asked.length, 2)
    const { range, 'if-range': ifRange } = served.asked[1]!.headers
    assert.equal(ifRange, etagOf(content))
    const from = Number(/^bytes=(\d+)-$/.exec(range!)![1])
    assert.ok(from > 0 && from <= 123_456, `from ${from}`) // what the dead socket had not handed over comes again
    assert.deepEqual(await readFile(path()), content)
  })

  it('goes on after it was stopped, in a later call; another URL begins anew', async () => {
    for (const isSame of [true, false]) {
      const first = await start((n) => (n === 0 ? { fault: 'reset', at: 100_000 } : null))
      const failing = download(`${first.url}a`, path(), options({ ...whole, attempts: 1 }))
      await assert.rejects(failing, {
        name: 'UserError',
        message: /^a: not downloaded\. .*the connection was cut$/,
      })
      assert.deepEqual((await readdir(folder)).sort(), ['a.parquet.part', 'a.parquet.part.json'])
      const second = isSame ? first : await start()
      await download(`${second.url}a`, path(), options(whole))
      assert.match(second.asked.at(-1)!.headers.range ?? 'none', isSame ? /^bytes=\d+-$/ : /^none$/)
      assert.deepEqual(await readdir(folder), ['a.parquet'])
      await rm(path())
    }
  })

  it('does not mix two versions: a changed file is taken whole', async () => {
    const newer = Buffer.from(content.map((byte) => 255 - byte))
    let now = content
    const served = await serve(
      () => now,
      (n) => (n === 0 ? { fault: 'reset', at: 90_000 } : null),
    )
    servers.push(served)
    const change = async () => {
      now = newer
    }
    await download(`${served.url}a`, path(), options({ sleep: change }))
    assert.deepEqual(await readFile(path()), newer)
  })

  it('waits as long as it is asked to, in seconds or until a date by the clock of the server; else longer each time', async () => {
    const { url } = await start((n) => (n < 2 ? { fault: n === 0 ? '429-retry-after' : '503', at: 0 } : null))
    await download(`${url}a`, path(), options(whole))
    assert.deepEqual(waits, [3000, 1000]) // the second of 0.5 s, 1 s, 2 s, …
  })

  it('does not go on for ever with what brings nothing: a body that ends well and too early, a cut without an ETag', async () => {
    const early = await start(() => ({ fault: 'short-body', at: 200_000 }))
    await assert.rejects(
      download(`${early.url}a`, path(), options({ ...whole, attempts: 3 })),
      /sent 200000 bytes/,
    )
    assert.equal(early.asked.length, 3)
    const untagged = await start(() => ({ fault: 'reset-without-etag', at: 200_000 }))
    await assert.rejects(download(`${untagged.url}a`, path(), options({ ...whole, attempts: 3 })), /was cut/)
    assert.equal(untagged.asked.length, 3)
    assert.deepEqual(await readdir(folder), [])
  })

  it('writes no byte more than are expected', async () => {
    const { url } = await start()
    const tooLarge = download(`${url}a`, path(), options({ atMost: 1000 }))
    await assert.rejects(tooLarge, /would send 300000 bytes, expected at most 1000$/)
    const wrong = download(`${url}a`, path(), options({ ...whole, bytes: 299_999 }))
    await assert.rejects(wrong, /would send 300000 bytes, expected 299999$/)
    assert.deepEqual(await readdir(folder), [])
  })

  it('keeps no file of a wrong hash or wrong first bytes, and asks a mirror', async () => {
    const wrong = await start(undefined, Buffer.from(content.map((byte) => byte ^ 1)))
    const alone = download(`${wrong.url}a`, path(), options(whole))
    await assert.rejects(alone, /sha256 is [0-9a-f]{12}…, expected [0-9a-f]{12}…$/)
    assert.equal(wrong.asked.length, 2) // once more, then elsewhere
    assert.deepEqual(await readdir(folder), [])
    await assert.rejects(readUrl(`${wrong.url}a`, options({ magic: 'PAR1' })), /does not begin with PAR1/)
    const right = await start()
    const got = await download(`${wrong.url}a`, path(), options({ ...whole, mirrors: [`${right.url}a`] }))
    assert.equal(got.url, `${right.url}a`)
  })

  it('names every place that was asked, without the query of its URL', async () => {
    const { url } = await start()
    const failing = download(
      `${url}missing?key=secret`,
      path(),
      options({ mirrors: [`${url}missing`, 'ftp://a/b'] }),
    )
    await assert.rejects(failing, (error: Error) => {
      assert.equal(
        error.message,
        `missing: not downloaded. ${url}missing: answers 404; ftp://a/b: only https is followed (got ftp)`,
      )
      return true
    })
  })

  it('stops at its total limit, and when it is told to', async () => {
    const { url } = await start(() => ({ fault: 'slow-drip', at: 0 }))
    const slow = download(`${url}a`, path(), options({ limits: { total: 300, idle: 5000 } }))
    await assert.rejects(slow, { name: 'UserError', message: 'a: not downloaded within 0.3 s' })
    const stop = new AbortController()
    const stopped = download(`${url}a`, path(), options({ signal: stop.signal }))
    setTimeout(() => stop.abort(new Error('stopped')), 100)
    await assert.rejects(stopped, { message: 'stopped' })
  })

  it('brings many at once, and a bad one stops no other', async () => {
    const { url } = await start()
    const files = ['x', 'missing', 'y'].map((name) => ({
      url: url + name,
      path: join(folder, name),
      options: options(whole),
    }))
    const outcomes = await downloadAll(files, 2)
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual((await readdir(folder)).sort(), ['x', 'y'])
  })

  it('reads ranges, the last bytes too, and says how long the file is', async () => {
    const { url } = await start((n) => (n === 0 ? { fault: '503', at: 0 } : null))
    const middle = await readRange(`${url}a`, [1000, 1010], options())
    assert.deepEqual(middle, { bytes: content.subarray(1000, 1010), total: content.length })
    const end = await readRange(`${url}a`, [-8], options())
    assert.deepEqual(end.bytes, content.subarray(-8))
    await assert.rejects(
      readRange(`${url}missing`, [0, 4], options()),
      /answers 404 to a range request, expected 206$/,
    )
  })

  it('follows redirects to where it may go, and sees the loop', async () => {
    const { url } = await start((_, path) => (path === '/loop' ? { fault: 'redirect-loop', at: 0 } : null))
    await assert.rejects(readUrl(`${url}loop`, options()), /redirects more than 3 times$/)
  })
})

describe('io/download: where it may go', () => {
  const names = async (host: string) => [
    { address: host === 'inside.example' ? '10.0.0.7' : '93.184.216.34', family: 4 },
  ]
  const route = (url: string, loopback = true) => routeTo(url, { loopback, resolve: names })

  it('knows public addresses from all others', () => {
    for (const address of [
      '93.184.216.34',
      '8.8.8.8',
      '2606:2800:220:1::1',
      '64:ff9b::808:808',
      '::ffff:8.8.8.8',
    ])
      assert.equal(isPrivate(address), false, address)
    const others = [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
    ]
    others.push('224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fd00::1', 'ff02::1')
    others.push(
      '::ffff:127.0.0.1',
      '::ffff:a00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      '::7f00:1',
      'x',
    )
    for (const address of others) assert.equal(isPrivate(address), true, address)
  })

  it('goes to public https, and to loopback where it is written in plain words and allowed', async () => {
    assert.equal((await route('https://data.example/a')).addresses[0]!.address, '93.184.216.34')
    for (const url of ['http://127.0.0.1:8000/a', 'https://127.0.0.1/', 'http://[::1]:1/'])
      assert.equal((await route(url)).url.href, new URL(url).href)
    await assert.rejects(route('http://127.0.0.1:8000/a', false), /only https is followed/)
    await assert.rejects(route('https://127.0.0.1/', false), /127\.0\.0\.1 is not a public address/)
    for (const url of [
      'http://2130706433/',
      'http://0x7f.1/',
      'http://127.1/',
      'http://0177.0.0.1/',
      'http://data.example/',
    ])
      await assert.rejects(route(url), /only https is followed/, url)
    await assert.rejects(route('https://inside.example/'), /10\.0\.0\.7 is not a public address/)
    await assert.rejects(route('https://user:secret@data.example/'), /user name/)
    await assert.rejects(route('nonsense'), /"nonsense": not a URL/)
  })

  it('lets a redirect stay on the loopback service it came from, and go to no other', async () => {
    const from = new URL('http://127.0.0.1:8000/a')
    const follow = (to: string) => routeTo(to, { loopback: true, resolve: names }, from)
    assert.equal((await follow('/b')).url.href, 'http://127.0.0.1:8000/b')
    for (const to of [
      'http://127.0.0.1:22/',
      'http://localhost:8000/',
      'https://127.0.0.1:8001/',
      'https://10.0.0.1/',
    ])
      await assert.rejects(follow(to), /only https|not a public address/, to)
    const outside = new URL('https://data.example/')
    await assert.rejects(
      routeTo('http://127.0.0.1/', { loopback: true, resolve: names }, outside),
      /only https/,
    )
  })

  it('does not let a public host redirect to itself, and then resolve to loopback', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    await assert.rejects(
      routeTo('/b', { loopback: true, resolve }, new URL('https://data.example/a')),
      /127\.0\.0\.1 is not a public address/,
    )
  })
})

describe('io/download: where it may write', () => {
  it('takes plain names alone', async () => {
    for (const name of ['a.parquet', 'data/x/train-00000-of-00002.parquet', 'console', '.hidden'])
      assert.ok(isPlainName(name), name)
    const wrong = [
      '',
      '.',
      '..',
      'a/..',
      '../a',
      '/a',
      'a//b',
      'A',
      'a\\b',
      'c:',
      'a\0',
      'con',
      'nul.txt',
      'a.',
      'é',
    ]
    for (const name of [...wrong, 'a'.repeat(256)]) assert.ok(!isPlainName(name), JSON.stringify(name))
  })

  it('follows no link on the way', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fieldrank-place-'))
    try {
      assert.equal(await placeBelow(join(folder, 'in'), 'a/b.parquet'), join(folder, 'in/a/b.parquet'))
      await symlink(folder, join(folder, 'in/out'))
      await assert.rejects(placeBelow(join(folder, 'in'), 'out/b.parquet'), /is not followed$/)
      await writeFile(join(folder, 'in/file'), '')
      await assert.rejects(placeBelow(join(folder, 'in'), 'file/b.parquet'), /is not followed$/)
      await assert.rejects(placeBelow(folder, '../b'), /"\.\.\/b": not a plain file name, and not written/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
