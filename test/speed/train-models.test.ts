/** The steps that npm run bench:train times must be those of the models as they are: a bench that nobody runs breaks unseen. */
import assert from 'node:assert/strict'
import { traceProgram } from '../../tensor/runtime.ts'
import { stepProgram } from '../../tensor/step.ts'
import { cases } from './train-models.ts'

const conv = (inputs: number, outputs: number) => 9 * inputs * outputs + outputs
const linear = (inputs: number, outputs: number) => inputs * outputs + outputs
const block = (width: number) => 3 * conv(width, width)
const grow = (width: number) => 4 * 2 * width * width + width // from twice the width, 2 × 2 taps

/** How many weights, layer by layer: PyTorch's twins in train-torch.py must have as many. */
const sizes: Record<string, number> = {
  unet:
    conv(2, 16) +
    (block(16) + block(32) + block(64)) +
    (conv(16, 32) + conv(32, 64)) +
    block(64) +
    (grow(32) + grow(16) + conv(64, 32) + conv(32, 16)) +
    (block(32) + block(16)) +
    conv(16, 1),
  fno: linear(4, 32) + 4 * (23 * 12 * 2 * 32 * 32 + linear(32, 32)) + linear(32, 64) + linear(64, 1),
  pinn: linear(2, 64) + 3 * linear(64, 64) + linear(64, 1),
  sasrec: (10_000 + 50) * 64 + 2 * (6 * linear(64, 64) + 2 * 128) + 128,
}

describe('test/speed/train-models', function () {
  this.timeout(120_000) // traces at full size on a loaded machine

  it('has a size here for each case', () => assert.deepEqual(Object.keys(cases), Object.keys(sizes)))
  for (const [name, size] of Object.entries(sizes))
    it(`${name}: ${size} weights, and a step that can be traced`, async () => {
      const found = await cases[name]!()
      let weights = 0
      for (const { data } of found.weights.values()) weights += data.length
      assert.equal(weights, size)
      const { graph } = traceProgram(stepProgram({ ...found, optimizer: { name: 'adam' } }))
      assert.deepEqual(graph.outputs.get('loss')!.shape, [])
    })
})
