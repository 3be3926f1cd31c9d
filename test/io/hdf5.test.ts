import assert from 'node:assert/strict'
import fs from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { type Dataset, File, ready } from 'h5wasm/node'
import { writeHdf5 } from '../../io/hdf5.ts'
import { temporaryFolder } from './tables.ts'

const shapes = { k: [5, 3, 3], x: [5, 4] }
const k = Float64Array.from({ length: 45 }, (_, i) => i / 7)
const x = Float64Array.from({ length: 20 }, (_, i) => -i)

describe('io/hdf5', () => {
  const at = temporaryFolder()

  async function write(name: string, attributes = {}): Promise<void> {
    const writer = await writeHdf5(at(name), shapes, attributes)
    writer.write('x', 2, x.subarray(8)) // any order of slabs
    writer.write('k', 0, k)
    writer.write('x', 0, x.subarray(0, 8))
    await writer.finish()
    await writer.discard() // after finish: nothing to do
  }

  it('writes contiguous float64 arrays, row-major, slab by slab', async () => {
    await write('a.h5', { layout: 'p = i + n*j' })
    await ready
    const file = new File(at('a.h5'), 'r')
    const array = (name: string) => file.get(name) as Dataset
    assert.deepEqual([array('k').shape, array('k').dtype, array('x').shape], [[5, 3, 3], '<d', [5, 4]])
    assert.deepEqual(array('k').metadata.chunks, null)
    assert.deepEqual(array('k').value, k)
    assert.deepEqual(array('x').value, x)
    assert.equal(file.attrs.layout!.value, 'p = i + n*j')
    file.close()
  })

  it('has a head of 2048 bytes before the data, as the published files', async () => {
    await write('a.h5')
    const bytes = await readFile(at('a.h5'))
    assert.equal(bytes.length, 2048 + (45 + 20) * 8)
    assert.equal(bytes.readDoubleLE(2048 + 8 * 8), 8 / 7) // the ninth value of k
    assert.equal(bytes[8], 0, 'superblock 0, the oldest')
  })

  it('gives equal bytes at another second', async () => {
    await write('a.h5')
    await setTimeout(1100) // stamps of HDF5 are whole seconds
    await write('b.h5')
    assert.ok((await readFile(at('a.h5'))).equals(await readFile(at('b.h5'))))
  })

  it('leaves nothing behind when it is not finished', async () => {
    const writer = await writeHdf5(at('a.h5'), shapes)
    writer.write('k', 0, k)
    assert.deepEqual(await readdir(at()), ['a.h5.partial'])
    await assert.rejects(writer.finish(), /a\.h5: 5 rows of 'x' were not written/)
    await writer.discard()
    assert.deepEqual(await readdir(at()), [])
  })

  it('leaves nothing behind on a full disk, and says what was wrong first', async () => {
    const writer = await writeHdf5(at('a.h5'), shapes)
    const write = fs.writeSync
    const full = () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
    }
    fs.writeSync = full as unknown as typeof write
    try {
      const job = async () => {
        writer.write('k', 0, k)
        writer.write('x', 0, x)
        await writer.finish()
      }
      await assert.rejects(job, { name: 'UserError', message: /^a\.h5: could not be written \(/ })
      await writer.discard()
    } finally {
      fs.writeSync = write
    }
    assert.deepEqual(await readdir(at()), [])
  })

  it('keeps the old file until the new one is whole', async () => {
    await write('a.h5')
    const old = await readFile(at('a.h5'))
    const writer = await writeHdf5(at('a.h5'), { x: [1] })
    assert.ok((await readFile(at('a.h5'))).equals(old))
    await writer.discard()
    assert.ok((await readFile(at('a.h5'))).equals(old))
  })

  it('refuses with a sentence an array beyond the heap of the library', async () => {
    const message = /^a\.h5: 'k' would take 2\.1 GB, and an array of HDF5 at most 2 GB here$/
    await assert.rejects(writeHdf5(at('a.h5'), { k: [1000, 513, 513] }), { name: 'UserError', message })
    assert.deepEqual(await readdir(at()), [])
  })
})
