import assert from 'node:assert/strict'
import fc from 'fast-check'
import { encodeModel, OPSET } from '../../tensor/onnx.ts'
import { opsetOf } from '../../tensor/onnx-opset.ts'

describe('the opset of an ONNX file', () => {
  it('is read from the outermost message', () => {
    assert.equal(opsetOf(encodeModel({ nodes: [], constants: [], inputs: [], outputs: [] })), OPSET)
    // field 8: { domain 'ai.onnx.ml', version 3 }, then { domain '', version 300 = 0b10_0101100 }
    const other = [0x42, 14, 0x0a, 10, ...Buffer.from('ai.onnx.ml'), 0x10, 3]
    assert.equal(opsetOf(Uint8Array.of(0x08, 8, ...other, 0x42, 5, 0x0a, 0, 0x10, 0xac, 0x02)), 300)
    assert.equal(opsetOf(Uint8Array.of(0x08, 8, ...other)), null)
  })

  it('is null, and never an error, for bytes that are no model', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const opset = opsetOf(bytes)
        assert.ok(opset === null || typeof opset === 'number')
      }),
    )
    assert.equal(opsetOf(new Uint8Array(0)), null)
  })
})
