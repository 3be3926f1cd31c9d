import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
