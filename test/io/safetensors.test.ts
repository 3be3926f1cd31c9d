import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { readMetadata, readSafetensors, type Weights, writeSafetensors } from '../../io/safetensors.ts'
import { temporaryFolder } from './tables.ts'

const weights: Weights = new Map([
  [
    'encode/kernel',
    { shape: [2, 3], dtype: 'float32', data: Float32Array.of(1, -0, 0.1, Number.NaN, Infinity, 5) },
  ],
  ['10', { shape: [], dtype: 'int32', data: Int32Array.of(-7) }],
  ['empty', { shape: [0, 4], dtype: 'float32', data: new Float32Array(0) }],
  ['2', { shape: [1], dtype: 'float32', data: Float32Array.of(2) }],
])

describe('safetensors', () => {
  const at = temporaryFolder()

  it('writes the bytes that the format describes', async () => {
    const data = Float32Array.of(1, 2)
    await writeSafetensors(at('w'), new Map([['a', { shape: [2], dtype: 'float32', data }]]), {
      z: '1',
      b: 'ü',
    })
    const header = '{"__metadata__":{"b":"ü","z":"1"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    const padding = ' '.repeat(7 - ((Buffer.byteLength(header) + 7) % 8))
    const length = Buffer.alloc(8)
    length.writeUInt32LE(Buffer.byteLength(header + padding))
    assert.equal((Buffer.byteLength(header + padding) + 8) % 8, 0)
    // 1 and 2 in IEEE 754, little-endian
    const numbers = Buffer.from('0000803f00000040', 'hex')
    assert.deepEqual(await readFile(at('w')), Buffer.concat([length, Buffer.from(header + padding), numbers]))
  })

  it('gives weights back in the order of the file, names that look like numbers too', async () => {
    await writeSafetensors(at('w'), weights, { loss: 'energy' })
    const back = await readSafetensors(at('w'))
    assert.deepEqual([...back], [...weights])
    assert.deepEqual(await readMetadata(at('w')), { loss: 'energy' })
    back.get('encode/kernel')!.data[0] = 9 // their own memory
    assert.equal(weights.get('encode/kernel')!.data[0], 1)
  })

  it('writes views of larger arrays as what they show', async () => {
    const data = Float32Array.of(0, 1, 2, 3).subarray(1, 3)
    await writeSafetensors(at('w'), new Map([['v', { shape: [2], dtype: 'float32', data }]]))
    assert.deepEqual((await readSafetensors(at('w'))).get('v')!.data, Float32Array.of(1, 2))
  })

  it('reads files of others: any order of names, any padding, and refuses types it has not', async () => {
    const file = (header: object | string, bytes: number) => {
      const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(text.length))
      return writeFile(at('w'), Buffer.concat([length, text, Buffer.alloc(bytes)]))
    }
    const tensor = (dtype: string, shape: number[], from: number, to: number) => ({
      dtype,
      shape,
      data_offsets: [from, to],
    })
    await file({ b: tensor('F32', [1], 4, 8), a: tensor('I32', [1], 0, 4) }, 8)
    assert.deepEqual([...(await readSafetensors(at('w'))).keys()], ['a', 'b'])

    const refused = async (header: object | string, bytes: number, message: RegExp) => {
      await file(header, bytes)
      await assert.rejects(readSafetensors(at('w')), { name: 'UserError', message })
    }
    await refused({ a: tensor('F16', [2], 0, 4) }, 4, /a\.dtype: not F32 or I32/)
    await refused(
      { a: tensor('F32', [1], 0, 4), b: tensor('F32', [1], 8, 12) },
      12,
      /'b' lies at bytes 8–12, expected 4–8/,
    )
    await refused(
      { a: tensor('F32', [1], 0, 4), b: tensor('F32', [2], 0, 8) },
      8,
      /'b' lies at bytes 0–8, expected 4–12/,
    )
    await refused({ a: tensor('F32', [3], 0, 4) }, 4, /'a' lies at bytes 0–4, expected 0–12/)
    await refused({ a: tensor('F32', [1], 0, 4) }, 8, /has \d+ bytes, its header describes/)
    await refused({ a: tensor('F32', [1], 0, 4) }, 0, /has \d+ bytes, its header describes/)
    await refused({ a: tensor('F32', [2 ** 40, 2 ** 40], 0, 4) }, 4, /'a' lies at/)
    await refused('{"__proto__":1}', 0, /key '__proto__' is not allowed/)
    await refused('[1]', 0, /w: header: /)
    await refused('{"a"', 0, /header is not valid JSON/)
    await writeFile(at('w'), Buffer.alloc(7))
    await assert.rejects(readSafetensors(at('w')), { message: /its header is cut off/ })
    await writeFile(at('w'), Buffer.alloc(20, 255))
    await assert.rejects(readSafetensors(at('w')), { message: /its header is cut off/ })
  })

  it('has no metadata where none was given', async () => {
    await writeSafetensors(at('w'), weights)
    assert.deepEqual(await readMetadata(at('w')), {})
    await writeFile(at('w'), 'short')
    await assert.rejects(readMetadata(at('w')), /UserError: w: not a safetensors file/)
  })

  it('throws on data that do not fill their shape: a bug of the caller', async () => {
    const wrong: Weights = new Map([['a', { shape: [3], dtype: 'float32', data: new Float32Array(2) }]])
    await assert.rejects(writeSafetensors(at('w'), wrong), {
      name: 'Error',
      message: /a does not fill its shape/,
    })
  })
})
