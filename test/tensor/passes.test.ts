import assert from 'node:assert/strict'
import { trace } from '../../tensor/backend.ts'
import { compileOn } from '../../tensor/devices.ts'
import { type Graph, type KernelNode, liveNodes, uniformOf } from '../../tensor/graph.ts'
import { tf } from '../../tensor/index.ts'
import { flushTiny, TINY } from '../../tensor/tiny.ts'
import type { Tensor } from '../../tensor/types.ts'
import { onBoth } from './on-both.ts'

type Inputs = Record<string, number[]>

/** What is left of f on float32 placeholders of these shapes: the kernels, in order. */
function kernels(inputs: Inputs, f: (...xs: Tensor[]) => Tensor | Tensor[]): string[] {
  return nodes(record(inputs, f)).map((node) => node.kernel)
}

function record(inputs: Inputs, f: (...xs: Tensor[]) => Tensor | Tensor[]): Graph & { reused: number } {
  return trace((give) => {
    const xs = Object.entries(inputs).map(([name, shape]) => give(name, { shape, dtype: 'float32' }))
    return Object.fromEntries([f(...xs)].flat().map((y, i) => [`y${i}`, y]))
  })
}

function nodes(graph: Graph): KernelNode[] {
  return liveNodes(graph.outputs.values()).filter((node): node is KernelNode => node.kind === 'kernel')
}

describe('tensor passes: value numbering', () => {
  it('keeps one of two equal calls', () => {
    const graph = record({ x: [3] }, (x) => x.exp().add(x.exp()))
    assert.deepEqual(
      nodes(graph).map((node) => node.kernel),
      ['Exp', 'Add'],
    )
    assert.equal(graph.reused, 1)
  })
  it('tells attributes apart', () =>
    assert.deepEqual(
      kernels({ x: [3, 3] }, (x) => x.sum(0).add(x.sum(1))),
      ['Sum', 'Sum', 'Add'],
    ))
  it('tells infinities and zeros of both signs apart in attributes', () => {
    const pads = (value: number) => (x: Tensor) => x.pad([[1, 0]], value)
    const f = (x: Tensor) => [Infinity, -Infinity, 0, -0].map((value) => pads(value)(x))
    assert.equal(kernels({ x: [3] }, f).length, 4)
  })
  it('tells operands apart', () =>
    assert.equal(kernels({ x: [3], y: [3] }, (x, y) => [x.sub(y), y.sub(x)]).length, 2))
  it('leaves a gradient no second forward pass', () => {
    const f = (x: Tensor) => tf.valueAndGrad((z) => z.tanh().sum())(x)
    const left = kernels({ x: [3] }, (x) => [f(x).value, f(x).grad])
    assert.equal(left.filter((kernel) => kernel === 'Tanh').length, 1)
  })
})

describe('tensor passes: dead code', () => {
  it('drops what no output needs', () =>
    assert.deepEqual(
      kernels({ x: [3] }, (x) => [x.exp(), x.neg()][1]!),
      ['Neg'],
    ))
  it('keeps the order of dependence', () => {
    const graph = record({ x: [2, 2] }, (x) => x.matMul(x).relu().sum())
    const seen = new Set<unknown>(graph.inputs.values())
    for (const node of liveNodes(graph.outputs.values())) {
      if (node.kind === 'kernel') assert.ok(node.inputs.every((value) => seen.has(value)))
      for (const value of node.outputs) seen.add(value)
    }
  })
})

describe('tensor passes: aliases', () => {
  const nothing: Record<string, (x: Tensor) => Tensor> = {
    'x + 0': (x) => x.add(0),
    '0 + x': (x) => tf.add(0, x),
    'x − 0': (x) => x.sub(tf.zerosLike(x)),
    'x · 1': (x) => x.mul(tf.onesLike(x)),
    'x / 1': (x) => x.div(1),
    clone: (x) => x.clone(),
    'cast to its own type': (x) => x.cast('float32'),
    'reshape to its own shape': (x) => x.reshape([2, -1]),
    'reshape there and back': (x) => x.reshape([6]).reshape([2, 3]),
    'transpose there and back': (x) => x.transpose().transpose(),
    'pad by nothing': (x) =>
      x.pad([
        [0, 0],
        [0, 0],
      ]),
    'slice of all': (x) => x.slice([0, 0]),
    'concat of one': (x) => tf.concat([x]),
    'tile by one': (x) => x.tile([1, 1]),
    'a stretch that is not needed': (x) => x.expandDims(0).sum(0),
  }
  for (const [name, f] of Object.entries(nothing))
    it(name, () => assert.deepEqual(kernels({ x: [2, 3] }, f), []))
  it('moving sides of one is a reshape', () =>
    assert.deepEqual(
      kernels({ x: [2, 1, 3] }, (x) => x.transpose([1, 0, 2])),
      ['Reshape'],
    ))
  it('0 − x and 1 / x are not x', () =>
    assert.deepEqual(
      kernels({ x: [2] }, (x) => [tf.sub(0, x), tf.div(1, x)]),
      ['Sub', 'RealDiv'],
    ))
  it('x + 0 is not x where it stretches x', () =>
    assert.deepEqual(
      kernels({ x: [3] }, (x) => x.add(tf.zeros([2, 3]))),
      ['BroadcastTo'],
    ))
})

describe('tensor passes: constants', () => {
  it('computes constants of constants', () => {
    const graph = record({ x: [4] }, (x) => x.add(tf.range(0, 4).mul(2).add(tf.scalar(1))))
    assert.deepEqual(
      nodes(graph).map((node) => node.kernel),
      ['Add'],
    )
    const constant = nodes(graph)[0]!.inputs[1]!.node
    assert.ok(constant.kind === 'constant')
    assert.deepEqual([...constant.data], [1, 3, 5, 7])
  })
  it('keeps one number for a constant of one value', () => {
    const graph = record({ x: [3] }, (x) => x.concat(tf.fill([1000], 7) as typeof x))
    const constant = nodes(graph)[0]!.inputs[1]!.node
    assert.ok(constant.kind === 'constant' && constant.uniform === 7 && constant.data.length === 0)
  })
  it('does not take x · 0 for 0', () =>
    assert.deepEqual(
      kernels({ x: [3] }, (x) => x.mul(0)),
      ['Multiply'],
    ))
  it('tells 0 from −0', () => {
    const graph = record({ x: [3] }, (x) => [x.mul(tf.scalar(0)), x.mul(tf.scalar(-0))])
    assert.equal(nodes(graph).length, 2)
  })
})

describe('tensor passes: broadcasts', () => {
  it('works before the stretch and drops it where it can', () => {
    const left = kernels({ x: [2, 1], y: [2, 3] }, (x, y) =>
      x
        .mul(tf.ones([2, 3]))
        .div(3)
        .add(y),
    )
    assert.deepEqual(left, ['RealDiv', 'Add'])
  })
  it('stretches at the end where it cannot', () => {
    const left = kernels({ x: [2, 1] }, (x) => x.mul(tf.ones([2, 3])).exp())
    assert.deepEqual(left, ['Exp', 'BroadcastTo'])
  })
  it('leaves no stretch in the gradient of a mean square', () => {
    const left = kernels({ x: [8, 5] }, (x) => tf.grad((z) => z.square().mean())(x))
    assert.ok(!left.includes('BroadcastTo'), left.join())
  })
})

describe('tensor passes: scales of rows', () => {
  const wide = { x: [8, 100], r: [8, 1], b: [100, 2], c: [8, 2] }
  it('scales the narrow product instead of the wide operand', () => {
    const graph = record(wide, (x, r, b) => x.mul(r).matMul(b))
    const [product, scaled] = nodes(graph)
    assert.deepEqual([product!.kernel, scaled!.kernel], ['BatchMatMul', 'Multiply'])
    assert.deepEqual(scaled!.outputs[0]!.shape, [8, 2])
  })
  it('scales the other operand when the wide one is transposed', () => {
    const graph = record(wide, (x, r, _b, c) => x.mul(r).matMul(c, true))
    const [scaled, product] = nodes(graph)
    assert.deepEqual([scaled!.kernel, product!.kernel], ['Multiply', 'BatchMatMul'])
    assert.deepEqual(scaled!.outputs[0]!.shape, [8, 2])
  })
  it('lets a narrow operand be', () => {
    const graph = record({ x: [8, 3], r: [8, 1], b: [3, 2] }, (x, r, b) => x.mul(r).matMul(b))
    assert.deepEqual(nodes(graph)[0]!.outputs[0]!.shape, [8, 3])
  })
})

describe('tensor passes: signs', () => {
  const pair = { x: [2, 3], y: [2, 3] }
  const cases: [string, (x: Tensor, y: Tensor) => Tensor, string[]][] = [
    ['x + (−y) = x − y', (x, y) => x.add(y.neg()), ['Sub']],
    ['(−x) + y = y − x', (x, y) => x.neg().add(y), ['Sub']],
    ['x − (−y) = x + y', (x, y) => x.sub(y.neg()), ['Add']],
    ['(−x) (−y) = x y', (x, y) => x.neg().mul(y.neg()), ['Multiply']],
    ['(−x) 2 = x (−2)', (x) => x.neg().mul(2), ['Multiply']],
    ['−(2 x) = x (−2)', (x) => x.mul(2).neg(), ['Multiply']],
    ['(−x) (2 y) = x (−2 y)', (x, y) => x.neg().mul(y.mul(2)), ['Multiply', 'Multiply']],
    ['(−x) y + x = x − x y', (x, y) => x.neg().mul(y).add(x), ['Multiply', 'Sub']],
    ['−x y, where nothing takes the sign', (x, y) => x.neg().mul(y), ['Multiply', 'Neg']],
  ]
  for (const [name, f, wanted] of cases)
    it(name, async () => {
      assert.deepEqual(kernels(pair, f as (...xs: Tensor[]) => Tensor), wanted)
      const [compiled, eager] = await onBoth(pair, f as (...xs: Tensor[]) => Tensor)
      assert.deepEqual(compiled, eager) // signs round nothing
    })
})

describe('tensor passes: vanishing numbers', () => {
  const isFlush = (node: KernelNode) => node.kernel === 'Sub' && uniformOf(node.inputs[1]!) === TINY
  const flushes = (inputs: Inputs, f: (...xs: Tensor[]) => Tensor | Tensor[]) =>
    nodes(record(inputs, f)).filter(isFlush).length
  const pair = { x: [4, 4], y: [4, 4] }

  it('are flushed from an exponential tail before a product', () =>
    assert.equal(
      flushes(pair, (x, y) => x.mul(y.exp()).matMul(y)),
      1,
    ))
  it('are flushed once for all that look at the same tensor', () =>
    assert.equal(
      flushes(pair, (x, y) => {
        const tail = x.mul(y.exp())
        return [tail.matMul(y), tail.transpose().matMul(y), tail.reshape([2, 8]).matMul(y.reshape([8, 2]))]
      }),
      1,
    ))
  it('are let be where there are none', () =>
    assert.equal(
      flushes(pair, (x, y) => x.relu().mul(y).matMul(x.matMul(y).exp().sum(0, true).softmax().transpose())),
      0,
    ))
  it('are none where something was added to an ordinary constant', () =>
    assert.equal(
      flushes(pair, (x, y) => tf.sub(1, x.square()).mul(y).matMul(y)),
      0,
    ))
  it('are zero to a compiled product', async () => {
    const program = {
      inputs: { x: { shape: [1, 2], dtype: 'float32' as const } },
      run: ({ x }: Record<string, Tensor>) => ({ y: x!.exp().matMul(tf.tensor([1, 1], [2, 1])) }),
    }
    const compiled = await compileOn(program, { device: 'cpu', threads: 1 })
    const fed = (...x: number[]) => ({ x: { ...program.inputs.x, data: Float32Array.from(x) } })
    assert.equal((await compiled.run(fed(-90, -95))).y!.data[0], 0) // e⁻⁹⁰ = 8e-40
    const ten = (await compiled.run(fed(-10, -95))).y!.data[0]!
    assert.ok(Math.abs(ten / Math.exp(-10) - 1) < 1e-6) // float32 exp
    await compiled.dispose()
  })
  it('become zero by flushTiny, which leaves the others as they are', () => {
    const [small, plain] = [
      [1e-45, -1e-40, 1.17e-38, -1.9e-31],
      [2 ** -52, -1e-15, 1e-3, 1, -3e38, 0],
    ]
    assert.deepEqual([...flushTiny(tf.tensor(small)).dataSync()].map(Math.abs), [0, 0, 0, 0])
    assert.deepEqual([...flushTiny(tf.tensor(plain)).dataSync()], [...Float32Array.from(plain)])
  })
  it('move by 2⁻¹⁰¹ at most in between', () => {
    const between = Float32Array.from({ length: 60 }, (_, i) => 1.37 * 2 ** (-120 + i / 2))
    for (const [i, y] of flushTiny(tf.tensor(between)).dataSync().entries())
      assert.ok(
        Math.abs(y - between[i]!) <= Math.max(2 ** -101, between[i]! * 2 ** -23),
        `${between[i]} became ${y}`,
      )
  })
})
