import assert from 'node:assert/strict'
import { trace } from '../../tensor/backend.ts'
import { compileOn } from '../../tensor/devices.ts'
import { liveNodes } from '../../tensor/graph.ts'
import { tf } from '../../tensor/index.ts'
import { lowerRules } from '../../tensor/lower/rules.ts'
import { shapeRules } from '../../tensor/shapes/rules.ts'
import type { Tensor } from '../../tensor/types.ts'

const float = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const })

function traceOf(f: (x: Tensor) => Tensor) {
  return trace((give) => ({ y: f(give('x', float([2, 3]))) }))
}

describe('tensor trace', () => {
  it('refuses to read what is not computed yet, and names the kernel', () =>
    assert.throws(
      () => traceOf((x) => tf.scalar(x.exp().dataSync()[0]!)),
      /^Error: Exp \[2, 3\]: its value was read/,
    ))
  it('reads constants', () => {
    const graph = traceOf((x) => x.mul(tf.range(0, 3).sum().dataSync()[0]!))
    assert.ok(graph.outputs.has('y'))
  })
  it('names a kernel it does not know', () =>
    assert.throws(
      () => traceOf((x) => tf.localResponseNormalization(x.reshape([1, 2, 3]) as tf.Tensor3D)),
      /^Error: kernel 'LRN' cannot be compiled yet/,
    ))
  it('refuses random ops, seeded or not', () => {
    const say = /random numbers cannot be drawn inside a step.*noise\(name, shape, law\)/
    assert.throws(() => traceOf((x) => tf.dropout(x, 0.5)), say)
    assert.throws(() => traceOf((x) => tf.dropout(x, 0.5, undefined, 1)), say)
    assert.throws(() => traceOf((x) => x.add(tf.randomNormal([3]))), say)
    assert.throws(() => traceOf((x) => x.add(tf.randomUniform([3], 0, 1, 'float32', 1))), say)
    assert.throws(() => traceOf((x) => x.mul(Math.random())), say)
  })
  it('gives random ops and Math.random back afterwards', () => {
    assert.throws(() => traceOf(() => tf.randomNormal([3])))
    assert.ok(Math.random() < 1)
    assert.equal(
      tf.tidy(() => tf.randomNormal([3]).size),
      3,
    )
  })
  it('restores the backend when f throws', () => {
    const before = tf.getBackend()
    assert.throws(() => traceOf(() => assert.fail('on purpose')), /on purpose/)
    assert.equal(tf.getBackend(), before)
  })
  it('takes a tensor from outside as a constant, and leaves it alone', () => {
    const outside = tf.tensor([1, 2, 3])
    const graph = traceOf((x) => x.add(outside))
    assert.ok(liveNodes(graph.outputs.values()).some((node) => node.kind === 'constant'))
    assert.deepEqual([...outside.dataSync()], [1, 2, 3])
    outside.dispose()
  })
  it('refuses a tensor of another trace', () => {
    let kept: Tensor | undefined
    traceOf((x) => (kept = tf.keep(x.exp())))
    assert.throws(() => traceOf((x) => x.add(kept!)), /finished trace/)
    kept?.dispose()
  })
  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors
    traceOf((x) => tf.grad((z) => z.exp().sum())(x))
    assert.equal(tf.memory().numTensors, before)
  })
  it('may be begun inside another', () => {
    let inner: unknown
    traceOf((x) => {
      inner = traceOf((z) => z.neg()).outputs.get('y')!.node
      return x.exp()
    })
    assert.equal((inner as { kernel: string }).kernel, 'Neg')
  })
})

describe('tensor kernels', () => {
  const simplifiedAway = ['ExpandDims', 'Identity', 'OnesLike', 'ZerosLike']

  it('that have a shape rule have a lowering rule', () =>
    assert.deepEqual(Object.keys(shapeRules).sort(), [...Object.keys(lowerRules), ...simplifiedAway].sort()))
  it('exist in the JavaScript backend, but for the one of our own', () => {
    const known = new Set(tf.getKernelsForBackend('cpu').map((kernel) => kernel.kernelName))
    assert.deepEqual(
      Object.keys(lowerRules).filter((kernel) => !known.has(kernel)),
      ['BroadcastTo'],
    )
  })
})

describe('tensor runtime', () => {
  it('gives back an input that is an output, and one value under two names', async () => {
    const program = {
      inputs: { x: float([2]) },
      run: ({ x }: Record<string, Tensor>) => ({ x: x!, a: x!.neg(), b: x!.neg() }),
    }
    const compiled = await compileOn(program, { device: 'cpu', threads: 1 })
    const outputs = await compiled.run({ x: { ...float([2]), data: Float32Array.of(1, 2) } })
    assert.deepEqual([...outputs.x!.data, ...outputs.a!.data, ...outputs.b!.data], [1, 2, -1, -2, -1, -2])
    await compiled.dispose()
  })
  it('gives a constant, and needs no input that nobody uses', async () => {
    const program = { inputs: { x: float([2]) }, run: () => ({ y: tf.fill([100], 3) as Tensor }) }
    const compiled = await compileOn(program, { device: 'cpu', threads: 1 })
    const { y } = await compiled.run({ x: { ...float([2]), data: new Float32Array(2) } })
    assert.ok(y!.data.length === 100 && [...y!.data].every((value) => value === 3))
    await compiled.dispose()
  })
  for (const device of ['cpu', 'eager'] as const)
    it(`${device}: says which input is wrong`, async () => {
      const program = { inputs: { x: float([2]) }, run: ({ x }: Record<string, Tensor>) => ({ y: x!.neg() }) }
      const compiled = await compileOn(program, { device, threads: 1 })
      const two = { ...float([2]), data: new Float32Array(2) }
      await assert.rejects(compiled.run({}), /input 'x' is missing/)
      await assert.rejects(compiled.run({ x: two, z: two }), /input 'z' was not declared/)
      await assert.rejects(
        compiled.run({ x: { ...two, shape: [3] } }),
        /must be float32 \[2\] \(got float32 \[3\]/,
      )
      await assert.rejects(compiled.run({ x: { ...two, data: new Float32Array(3) } }), /with 3 values/)
      await compiled.dispose()
    })
})
