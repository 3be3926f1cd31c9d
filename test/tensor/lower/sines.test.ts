import assert from 'node:assert/strict'
import { InferenceSession } from 'onnxruntime-node'
import { tf } from '../../../tensor/index.ts'
import { lower } from '../../../tensor/lower/graph.ts'
import { encodeModel } from '../../../tensor/onnx.ts'
import { outputName, toOrt, traceProgram } from '../../../tensor/runtime.ts'

describe('tensor lowering: sines of plain arithmetic', () => {
  const near = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) / 300) // past ±π
  const far = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) * 8.19) // to ±8190
  const special = Float32Array.of(
    0,
    -0,
    1e-30,
    1e-4,
    Math.PI / 2,
    Math.PI,
    -Math.PI,
    1.5 * Math.PI,
    100 * Math.PI,
  )

  async function run(x: Float32Array): Promise<Record<'sin' | 'cos' | 'tan', Float32Array>> {
    const { graph } = traceProgram({
      inputs: { x: { shape: [x.length], dtype: 'float32' } },
      run: ({ x }) => ({ sin: tf.sin(x!), cos: tf.cos(x!), tan: tf.tan(x!) }),
    })
    const model = lower(graph, outputName, { composeSines: true })
    assert.ok(!model.nodes.some(({ op }) => ['Sin', 'Cos', 'Tan'].includes(op)))
    const session = await InferenceSession.create(encodeModel(model))
    const results = await session.run({ x: toOrt({ shape: [x.length], dtype: 'float32', data: x }) })
    await session.release()
    const of = (name: string) => results[outputName(name)]!.data as Float32Array
    return { sin: of('sin'), cos: of('cos'), tan: of('tan') }
  }

  // Two roundings of numbers up to 1, 2⁻²⁴ each, and one of r ≤ π/2.
  const ROUNDINGS = 2.5e-7

  for (const [name, points] of Object.entries({ near, far, special }))
    it(`sin and cos: ${name}`, async () => {
      const { sin, cos } = await run(points)
      for (const [i, x] of points.entries()) {
        assert.ok(Math.abs(sin[i]! - Math.sin(x)) < ROUNDINGS, `sin ${x}: ${sin[i]}`)
        assert.ok(Math.abs(cos[i]! - Math.cos(x)) < ROUNDINGS, `cos ${x}: ${cos[i]}`)
      }
    })

  it('sin keeps its digits near 0, and its sign at −0', async () => {
    const { sin } = await run(special)
    assert.deepEqual([...sin.subarray(0, 2)], [0, -0])
    assert.ok(Math.abs(sin[2]! / special[2]! - 1) < ROUNDINGS)
    assert.ok(Math.abs(sin[3]! / Math.sin(special[3]!) - 1) < ROUNDINGS)
  })

  it('tan is their quotient', async () => {
    const { tan } = await run(near)
    for (const [i, x] of near.entries()) {
      const [right, cos] = [Math.tan(x), Math.abs(Math.cos(x))]
      assert.ok(
        Math.abs(tan[i]! - right) < (2 * ROUNDINGS * (1 + Math.abs(right))) / cos,
        `tan ${x}: ${tan[i]}`,
      )
    }
  })
})
