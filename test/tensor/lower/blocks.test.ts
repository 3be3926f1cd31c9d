import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { channelBlock } from '../../../tensor/channel-block.ts'
import { compileOn } from '../../../tensor/devices.ts'
import { compileDouble } from '../../../tensor/double.ts'
import { sizeOf } from '../../../tensor/graph.ts'
import { tf } from '../../../tensor/index.ts'
import { lower } from '../../../tensor/lower/graph.ts'
import { BLOCKED } from '../../../tensor/onnx.ts'
import type { Program } from '../../../tensor/program.ts'
import { traceProgram } from '../../../tensor/runtime.ts'
import type { Tensor } from '../../../tensor/types.ts'

type Image = tf.Tensor4D
type Shapes = Record<string, number[]>
const BLOCK = 16 // of AVX-512; what follows holds for 8 as well

/** y, and the gradients of Σ y² by all inputs. */
const programOf = (shapes: Shapes, f: (...xs: Tensor[]) => Tensor): Program => ({
  inputs: Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' }]),
  ),
  run(named) {
    const xs = Object.keys(shapes).map((name) => named[name]!)
    const slopes = tf.grads((...moved: Tensor[]) =>
      f(...moved)
        .square()
        .sum(),
    )(xs)
    return { y: f(...xs), ...Object.fromEntries(slopes.map((slope, i) => [`g${i}`, slope])) }
  },
})

const conv =
  (stride: number, pad: 'same' | 'valid', dilation = 1) =>
  (x: Tensor, filter: Tensor, bias?: Tensor): Tensor => {
    const y = tf.conv2d(x as Image, filter as Image, stride, pad, 'NHWC', dilation)
    return bias === undefined ? y : y.add(bias)
  }

/** How many operators on blocks: for y, and for the gradient by the image. Gradients by the filter are products (lower/convolution.ts). */
const cases: [name: string, shapes: Shapes, f: (...xs: Tensor[]) => Tensor, inBlocks: number][] = [
  ['one block in and out', { x: [2, 5, 7, 16], w: [3, 3, 16, 16] }, conv(1, 'same') as never, 2],
  ['several blocks, dilated', { x: [1, 9, 8, 32], w: [3, 3, 32, 48] }, conv(1, 'same', 2) as never, 2],
  ['with a bias', { x: [2, 4, 4, 16], w: [3, 3, 16, 32], b: [32] }, conv(1, 'same') as never, 2],
  ['a window of 1 × 1', { x: [3, 4, 5, 32], w: [1, 1, 32, 16] }, conv(1, 'same') as never, 2],
  ['a window of 2 × 3, not padded', { x: [1, 6, 6, 16], w: [2, 3, 16, 16] }, conv(1, 'valid') as never, 2],
  ['by 2, padded on one side', { x: [1, 6, 8, 16], w: [3, 3, 16, 32] }, conv(2, 'same') as never, 1],
  ['channels that are no whole blocks', { x: [1, 4, 4, 24], w: [3, 3, 24, 16] }, conv(1, 'same') as never, 0],
  ['the largest of 2 × 2', { x: [2, 4, 6, 32] }, (x) => tf.maxPool(x as Image, 2, 2, 'valid'), 1],
  ['the largest of 3 × 3, padded', { x: [1, 5, 5, 16] }, (x) => tf.maxPool(x as Image, 3, 2, 'same'), 1],
  ['the mean of 3 × 2, padded', { x: [1, 5, 4, 16] }, (x) => tf.avgPool(x as Image, [3, 2], 1, 'same'), 1],
]

describe('tensor lowering: channels in blocks', () => {
  for (const [name, shapes, f, inBlocks] of cases)
    it(name, async () => {
      const program = programOf(shapes, f)
      const { graph } = traceProgram(program)
      const count = (channelBlock = 0) =>
        lower(graph, (output) => `next/${output}`, { channelBlock }).nodes.filter(
          ({ domain }) => domain === BLOCKED,
        ).length
      assert.deepEqual([count(BLOCK), count()], [inBlocks, 0]) // by default there is nothing but ONNX
      await compareWithDouble(program, shapes)
    })

  it('this machine says how many channels make a block', async () => {
    assert.ok([0, 8, 16].includes(await channelBlock()), `${await channelBlock()}`)
  })
})

/** As this machine compiles it, against products one tap at a time in float64. */
async function compareWithDouble(program: Program, shapes: Shapes): Promise<void> {
  const stream = rng(11, 'blocks')
  const drawn = Object.entries(shapes).map(([name, shape]) => {
    return [name, Float32Array.from({ length: sizeOf(shape) }, () => stream.normal())] as const
  })
  const fed = drawn.map(([name, data]) => [name, { shape: shapes[name]!, dtype: 'float32', data }])
  const compiled = await compileOn(program, { device: 'cpu', threads: 1 })
  const got = await compiled.run(Object.fromEntries(fed))
  await compiled.dispose()
  const double = await compileDouble(program)
  const wanted = await double.run(Object.fromEntries(drawn.map(([name, x]) => [name, Float64Array.from(x)])))
  await double.dispose()
  for (const [name, values] of Object.entries(wanted)) {
    const largest = Math.max(...Array.from(values, Math.abs))
    // Sums of some hundred products, twice over for a gradient: 2⁻²³ of the largest a few times.
    for (const [i, x] of values.entries())
      assert.ok(
        Math.abs(got[name]!.data[i]! - x) < 3e-6 * largest,
        `${name}[${i}]: ${got[name]!.data[i]}, ${x}`,
      )
  }
}
