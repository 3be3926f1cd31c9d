import assert from 'node:assert/strict'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isPrivate, routeTo } from '../../../io/download/address.ts'
import { isPlainName, placeBelow } from '../../../io/download/place.ts'

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
