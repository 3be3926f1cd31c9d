import assert from 'node:assert/strict'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeModel, type OnnxModel } from '../../tensor/onnx.ts'

const quiet = { logSeverityLevel: 3 as const }
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)

/** y = Elu(x · [2, 3] + 1), alpha 0.5, over two nodes and every kind of attribute that we write. */
const model: OnnxModel = {
  nodes: [
    { op: 'Mul', name: 'a', inputs: ['x', 'two three'], outputs: ['scaled'], attributes: {} },
    { op: 'Add', name: 'b', inputs: ['scaled', 'one'], outputs: ['moved'], attributes: {} },
    { op: 'Elu', name: 'c', inputs: ['moved'], outputs: ['bent'], attributes: { alpha: { float: 0.5 } } },
    { op: 'Transpose', name: 'd', inputs: ['bent'], outputs: ['turned'], attributes: { perm: [1, 0] } },
    { op: 'ArgMax', name: 'e', inputs: ['turned'], outputs: ['best'], attributes: { axis: -1, keepdims: 0 } },
  ],
  constants: [
    { name: 'two three', dtype: 'float32', shape: [2], bytes: floats(2, 3) },
    { name: 'one', dtype: 'float32', shape: [], bytes: floats(1) },
  ],
  inputs: [{ name: 'x', dtype: 'float32', shape: [2, 2] }],
  outputs: [
    { name: 'turned', dtype: 'float32', shape: [2, 2] },
    { name: 'best', dtype: 'int64', shape: [2] },
  ],
}

describe('tensor onnx files', () => {
  it('are read by ONNX Runtime, with their names and shapes', async () => {
    const session = await InferenceSession.create(encodeModel(model), quiet)
    assert.deepEqual(session.inputNames, ['x'])
    assert.deepEqual(session.outputNames, ['turned', 'best'])
    const metadata = session.inputMetadata[0]!
    assert.ok(metadata.isTensor && metadata.type === 'float32')
    assert.deepEqual([...metadata.shape], [2, 2])
    await session.release()
  })
  it('compute what they say', async () => {
    const session = await InferenceSession.create(encodeModel(model), quiet)
    const outputs = await session.run({ x: new Tensor('float32', Float32Array.of(1, -1, -2, 2), [2, 2]) })
    const elu = (x: number) => Math.fround(x > 0 ? x : 0.5 * Math.expm1(x))
    const wanted = [3, elu(-3), elu(-2), 7] // 2·1+1, 2·(−2)+1, 3·(−1)+1, 3·2+1
    for (const [i, y] of (outputs.turned!.data as Float32Array).entries())
      assert.ok(Math.abs(y - wanted[i]!) < 1e-6, `${i}: ${y}, not ${wanted[i]}`) // float32 exp
    assert.deepEqual([...(outputs.best!.data as BigInt64Array)], [0n, 1n])
    await session.release()
  })
  it('spell the protobuf of a model without nodes out', () => {
    const empty = encodeModel({ nodes: [], constants: [], inputs: [], outputs: [] })
    const name = [...Buffer.from('fieldrank')]
    // 1: ir_version 9 · 2: producer_name · 7: graph { 2: name } · 8: opset { 1: domain '', 2: version 20 }
    const wanted = [0x08, 9, 0x12, 9, ...name, 0x3a, 11, 0x12, 9, ...name, 0x42, 4, 0x0a, 0, 0x10, 20]
    assert.deepEqual([...empty], wanted)
  })
  it('write numbers of one, two and ten bytes', () => {
    const shaped = (side: number) => {
      const constant = { name: '', dtype: 'float32' as const, shape: [side], bytes: new Uint8Array(0) }
      return encodeModel({ nodes: [], constants: [constant], inputs: [], outputs: [] })
    }
    const hex = (side: number) => Buffer.from(shaped(side)).toString('hex')
    assert.ok(hex(127).includes('087f1001'))
    assert.ok(hex(300).includes('08ac021001')) // the example of the protobuf guide
    assert.ok(hex(-1).includes('08ffffffffffffffffff011001'))
  })
})
