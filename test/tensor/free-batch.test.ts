import assert from 'node:assert/strict'
import { InferenceSession } from 'onnxruntime-node'
import { exportOnnx, type ForwardOf } from '../../tensor/engine.ts'
import { tf } from '../../tensor/index.ts'
import { toOrt } from '../../tensor/runtime.ts'
import type { Tensor } from '../../tensor/types.ts'

describe('tensor exports: the batch', () => {
  const open = (f: (x: Tensor) => Tensor, shape = [2, 3]) => {
    const forward: ForwardOf = (_, { x }) => ({ y: f(x!) })
    const file = exportOnnx({ weights: new Map(), feeds: { x: { shape, dtype: 'float32' } }, forward })
    return InferenceSession.create(file, { logSeverityLevel: 3 })
  }
  const sidesOf = (session: InferenceSession) =>
    [session.inputMetadata[0]!, session.outputMetadata[0]!].map((port) =>
      port.isTensor ? [...port.shape] : [],
    )

  const free: [string, (x: Tensor) => Tensor, (row: readonly number[], batch: number) => number[]][] = [
    ['a row apart', (x) => x.mul(2), (row) => row.map((v) => 2 * v)],
    [
      'joined with other sides and taken apart',
      (x) => x.reshape([-1]).neg().reshape(x.shape),
      (row) => row.map((v) => -v),
    ],
    [
      'beside a constant, one a row',
      (x) => x.concat(tf.tensor([[7, 8]]).tile([x.shape[0]!, 1]), 1),
      (row) => [...row, 7, 8],
    ],
    [
      'in a slice that begins where the batch says',
      (x) => tf.concat([x.neg(), x], 0).slice([x.shape[0]!, 0], [x.shape[0]!, 2]),
      (row) => row.slice(0, 2),
    ],
    ['under zeros', (x) => tf.zerosLike(x).sub(x), (row) => row.map((v) => -v)],
  ]
  for (const [name, f, wanted] of free)
    it(`is free: ${name}`, async () => {
      const session = await open(f)
      assert.equal(sidesOf(session)[0]![0], 'batch')
      for (const batch of [1, 2, 5]) {
        const rows = Array.from({ length: batch }, (_, b) => [b + 1, b + 0.5, -b - 2])
        const { y } = await session.run({
          x: toOrt({ shape: [batch, 3], dtype: 'float32', data: Float32Array.from(rows.flat()) }),
        })
        assert.deepEqual(
          [...(y!.data as Float32Array)],
          rows.flatMap((row) => wanted(row, batch).map(Math.fround)),
        )
      }
      await session.release()
    })

  const fixed: [string, (x: Tensor) => Tensor][] = [
    ['divided by it', (x) => x.div(x.shape[0]!)],
    [
      'its square is a side',
      (x) =>
        x
          .reshape([-1])
          .expandDims(0)
          .tile([x.shape[0]! ** 2, 1]),
    ],
    ['it decides what is done', (x) => (x.shape[0]! % 1009 === 0 ? x.neg() : x.exp())],
  ]
  for (const [name, f] of fixed)
    it(`stays what it was: ${name}`, async () => {
      const session = await open(f)
      assert.equal(sidesOf(session)[0]![0], 2)
      const { y } = await session.run({
        x: toOrt({ shape: [2, 3], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) }),
      })
      const right = f(
        tf.tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      )
      assert.deepEqual(
        [...(y!.data as Float32Array)].map((v) => v.toPrecision(6)),
        [...right.dataSync()].map((v) => v.toPrecision(6)),
      )
      await session.release()
    })
})
