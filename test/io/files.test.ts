import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import {
  artifact,
  exists,
  hashTree,
  listFiles,
  renameDurable,
  sha256,
  sha256File,
  writeDurable,
} from '../../io/files.ts'
import { temporaryFolder } from './tables.ts'

describe('files', () => {
  const at = temporaryFolder()

  it('writes and replaces, making folders, and leaves nothing beside', async () => {
    await writeDurable(at('a/b/c.txt'), 'one')
    await writeDurable(at('a/b/c.txt'), Buffer.from('two'))
    assert.equal(await readFile(at('a/b/c.txt'), 'utf8'), 'two')
    assert.deepEqual(await readdir(at('a/b')), ['c.txt'])
  })

  it('keeps the old content and no temporary file when a write fails', async () => {
    await writeDurable(at('kept'), 'old')
    const wrong = { toString: () => 'no bytes' } as unknown as string
    await assert.rejects(writeDurable(at('kept'), wrong))
    await mkdir(at('folder/full'), { recursive: true })
    await assert.rejects(writeDurable(at('folder'), 'x')) // a file cannot take the place of a folder
    assert.equal(await readFile(at('kept'), 'utf8'), 'old')
    assert.deepEqual((await readdir(at())).sort(), ['folder', 'kept'])
  })

  it('is seen whole or not at all: writers of one path at the same time', async () => {
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000))
    await Promise.all(contents.map((content) => writeDurable(at('race'), content)))
    assert.ok(contents.includes(await readFile(at('race'), 'utf8')))
    assert.deepEqual(await readdir(at()), ['race'])
  })

  it('hashes like sha256sum', async () => {
    await writeDurable(at('x'), 'abc')
    // FIPS 180-2, appendix B.1
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    assert.deepEqual([sha256('abc'), await sha256File(at('x')), await hashTree(at('x'))], [abc, abc, abc])
    assert.deepEqual(await artifact(at('x'), at()), { path: 'x', sha256: abc, bytes: 3 })
  })

  it('hashes a folder as the lines of sha256sum over its files, without cost.json', async () => {
    for (const name of ['b/z.txt', 'a.txt', 'b/a.txt', 'B.txt']) await writeDurable(at(`t/${name}`), name)
    await writeDurable(at('t/b/cost.json'), '{}')
    assert.deepEqual(await listFiles(at('t')), ['B.txt', 'a.txt', 'b/a.txt', 'b/cost.json', 'b/z.txt'])
    const lines = execFileSync('sha256sum', ['B.txt', 'a.txt', 'b/a.txt', 'b/z.txt'], { cwd: at('t') })
    assert.equal(await hashTree(at('t')), sha256(lines))
    await writeDurable(at('t/b/cost.json'), '{"seconds":1}')
    assert.equal(await hashTree(at('t')), sha256(lines))
    await renameDurable(at('t/a.txt'), at('t/c/a.txt'))
    assert.notEqual(await hashTree(at('t')), sha256(lines))
    assert.equal(await hashTree(at('nothing')), null)
  })

  it('does not follow links out of a folder', async () => {
    await writeDurable(at('outside/secret'), 'x')
    await writeDurable(at('in/file'), 'x')
    await symlink(at('outside'), at('in/link'))
    await symlink(at('outside/secret'), at('in/file-link'))
    assert.deepEqual(await listFiles(at('in')), ['file'])
  })

  it('knows what exists', async () => {
    await writeFile(at('there'), '')
    assert.deepEqual(
      [await exists(at('there')), await exists(at('not')), await exists(at())],
      [true, false, true],
    )
  })

  it('says so when it cannot be written there, and leaves what is', async () => {
    await writeFile(at('file'), 'old')
    await assert.rejects(writeDurable(at('file/x'), 'x'), { code: /^(ENOTDIR|EEXIST)$/ }) // a file is in the way, for root too
    assert.equal(await readFile(at('file'), 'utf8'), 'old')
  })
})
