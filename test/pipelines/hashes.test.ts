import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashTree } from '../../io/files.ts'
import { openHashes } from '../../pipelines/hashes.ts'

describe('pipelines/hashes', () => {
  let root: string
  let file: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fieldrank-hashes-'))
    file = join(root, '.hashes.json')
    mkdirSync(join(root, 'out/deep'), { recursive: true })
    writeAged('out/b.txt', 'b')
    writeAged('out/deep/a.txt', 'a')
    writeAged('out/cost.json', '1')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  /** With a time long past, so that it may be remembered at once. */
  function writeAged(path: string, text: string, age = 100) {
    writeFileSync(join(root, path), text)
    const then = Date.now() / 1000 - age
    utimesSync(join(root, path), then, then)
  }

  it('agrees with hashTree, remembered or not', async () => {
    const hashes = openHashes(root, file)
    for (const path of ['out', 'out/b.txt', 'nothing']) {
      assert.equal(await hashes.of(join(root, path)), await hashTree(join(root, path)))
    }
    await hashes.save()
    assert.equal(await openHashes(root, file).of(join(root, 'out')), await hashTree(join(root, 'out')))
  })

  it('does not read again what has its size, time and inode', async () => {
    const first = openHashes(root, file)
    const before = await first.of(join(root, 'out'))
    await first.save()
    // Other bytes under the same size, time and inode: seen only by who reads. The memory must not.
    const { atime, mtime } = statSync(join(root, 'out/b.txt'))
    writeFileSync(join(root, 'out/b.txt'), 'x')
    utimesSync(join(root, 'out/b.txt'), atime, mtime)
    assert.equal(await openHashes(root, file).of(join(root, 'out')), before)
    writeAged('out/b.txt', 'x', 50)
    assert.equal(await openHashes(root, file).of(join(root, 'out')), await hashTree(join(root, 'out')))
    assert.notEqual(await hashTree(join(root, 'out')), before)
  })

  it('keeps what it knows of an out through its rename', async () => {
    mkdirSync(join(root, '.partial'))
    renameSync(join(root, 'out'), join(root, '.partial/out'))
    const hashes = openHashes(root, file)
    await hashes.of(join(root, '.partial/out'), join(root, 'out'))
    renameSync(join(root, '.partial/out'), join(root, 'out'))
    await hashes.save()
    const saved = readFileSync(file, 'utf8')
    const later = openHashes(root, file)
    await later.of(join(root, 'out'))
    await later.save()
    assert.equal(readFileSync(file, 'utf8'), saved)
    assert.deepEqual(
      JSON.parse(saved).map(([name]: [string]) => name),
      ['out/b.txt', 'out/deep/a.txt'],
    )
  })

  it('does not trust a time that has just passed, nor a damaged memory', async () => {
    writeFileSync(join(root, 'out/b.txt'), 'new')
    const hashes = openHashes(root, file)
    await hashes.of(join(root, 'out'))
    await hashes.save()
    assert.equal(readFileSync(file, 'utf8').includes('out/b.txt'), false)
    for (const text of ['', '{', '[[1]]', '{"a":1}']) {
      writeFileSync(file, text)
      assert.equal(await openHashes(root, file).of(join(root, 'out')), await hashTree(join(root, 'out')))
    }
  })
})
