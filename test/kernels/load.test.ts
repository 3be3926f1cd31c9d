import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { compileKernel, layOut, loadKernel } from '../../kernels/load.ts'
import { toyKernel } from './toy.ts'

describe('kernels/load', () => {
  let toy: URL
  before(async () => {
    toy = await toyKernel()
  })

  it('calls functions on arrays that lie after the constants', () => {
    const { memory, heap, call } = loadKernel(compileKernel(toy), 24)
    assert.equal(heap % 64, 0)
    const numbers = new Float64Array(memory.buffer, heap, 3)
    numbers.set([1, 2, 4])
    assert.equal(call('double', heap, 3), 14)
    assert.deepEqual([...numbers], [2, 4, 8])
    assert.equal(call('nothing'), 0)
  })

  it('shares a memory between two instances', () => {
    const module = compileKernel(toy)
    const one = loadKernel(module, 8)
    const two = loadKernel(module, 8, one.memory)
    new Float64Array(one.memory.buffer, one.heap, 1)[0] = 3
    assert.equal(two.call('double', two.heap, 1), 6)
    assert.equal(one.call('double', one.heap, 1), 12)
  })

  it('has the memory it was asked for, and traps beyond it', () => {
    const { memory, heap, call } = loadKernel(compileKernel(toy), 1e6)
    assert.ok(memory.buffer.byteLength >= heap + 1e6 && memory.buffer.byteLength <= heap + 1e6 + 2 * 65536)
    assert.throws(() => call('double', memory.buffer.byteLength - 8, 2), /out of bounds/)
    assert.throws(() => call('fall'), /unreachable/)
  })

  it('says what is missing', () => {
    const nowhere = pathToFileURL('/nowhere/fields.wasm')
    assert.throws(() => compileKernel(nowhere), /fields\.wasm cannot be loaded.*npm run build makes it/)
    const { call } = loadKernel(compileKernel(toy), 0)
    assert.throws(() => call('duoble'), /no function 'duoble' \(.*double.*\)/)
    assert.throws(() => loadKernel(compileKernel(toy), 2 ** 31), /at most 1 GiB/)
  })

  it('lays arrays out one after another, 64 bytes apart at least', () => {
    assert.deepEqual(layOut(128, { a: 1, b: 64, c: 65, d: 0 }), {
      at: { a: 128, b: 192, c: 256, d: 384 },
      end: 384,
    })
  })
})
