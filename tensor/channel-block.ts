/**
 * How many channels lie side by side in the blocks that ONNX Runtime convolves fastest (lower/blocks.ts): 16 with AVX-512, 8 with
 * AVX2, 0 where its build has no such kernels. It is not written down anywhere, so one pixel after another is given in order and
 * looked at again: what stands where the second pixel of the first block should, tells its width.
 */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { BLOCKED, encodeModel } from './onnx.ts'

/** Asked once in a process. */
export function channelBlock(): Promise<number> {
  asked ??= ask()
  return asked
}

let asked: Promise<number> | undefined

const CHANNELS = 64 // more than any register holds

async function ask(): Promise<number> {
  const x = Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i) // [1, 1, 2, CHANNELS]
  const model = encodeModel({
    nodes: [
      {
        op: 'ReorderInput',
        domain: BLOCKED,
        name: 'reorder',
        inputs: ['x'],
        outputs: ['y'],
        attributes: { channels_last: 1 },
      },
    ],
    constants: [],
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 1, 2, CHANNELS] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, CHANNELS, 1, 2] }],
  })
  try {
    const session = await InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1 })
    const { y } = await session.run({ x: new OrtTensor('float32', x, [1, 1, 2, CHANNELS]) })
    await session.release()
    return Math.max(
      0,
      (y!.data as Float32Array).findIndex((value, i) => value !== i),
    )
  } catch {
    return 0 // a build without them refuses the operator
  }
}
