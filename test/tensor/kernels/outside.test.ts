/** Indices that name nothing: what each device makes of them, as docs/engine.md says. */
import assert from 'node:assert/strict'
import { compileOn } from '../../../tensor/devices.ts'
import { segmentMax, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'

type LookUp = (values: Tensor, index: Tensor) => Tensor

async function run(device: 'cpu' | 'eager', f: LookUp, index: number): Promise<number[]> {
  const program = {
    inputs: { values: { shape: [3], dtype: 'float32' }, index: { shape: [1], dtype: 'int32' } } as const,
    run: ({ values, index: at }: Record<string, Tensor>) => ({ y: f(values!, at!) }),
  }
  // eager compilation runs the program once on zeros, which are in range
  const compiled = await compileOn(program, { device, threads: 1 })
  try {
    const { y } = await compiled.run({
      values: { shape: [3], dtype: 'float32', data: Float32Array.of(10, 20, 30) },
      index: { shape: [1], dtype: 'int32', data: Int32Array.of(index) },
    })
    return [...y!.data]
  } finally {
    await compiled.dispose()
  }
}

describe('tensor kernels, indices outside', () => {
  const lookUps: Record<string, LookUp> = {
    gather: (values, at) => values.gather(at),
    gatherND: (values, at) => tf.gatherND(values, at.reshape([1, 1])),
    scatterND: (values, at) => tf.scatterND(at.reshape([1, 1]), values.slice(0, 1), [3]),
  }
  for (const [name, f] of Object.entries(lookUps)) {
    it(`${name}: eager refuses −1 and 3`, async () => {
      await assert.rejects(run('eager', f, -1))
      await assert.rejects(run('eager', f, 3))
    })
    it(`${name}: compiled takes −1 for the last and refuses 3`, async () => {
      assert.deepEqual(await run('cpu', f, -1), name === 'scatterND' ? [0, 0, 10] : [30])
      await assert.rejects(run('cpu', f, 3))
    })
  }
  const nowhere: Record<string, LookUp> = {
    'segment sum': (values, at) => tf.unsortedSegmentSum(values.slice(0, 1), at as tf.Tensor1D, 2),
    'segment max': (values, at) => segmentMax(values.slice(0, 1), at, 2),
    oneHot: (_values, at) => tf.oneHot(at, 2, 1, 0, 'float32').reshape([2]),
  }
  for (const [name, f] of Object.entries(nowhere))
    for (const device of ['cpu', 'eager'] as const)
      for (const index of [-1, 2])
        it(`${name}: ${index} belongs nowhere on ${device}`, async () =>
          assert.deepEqual(await run(device, f, index), [0, 0]))
})
