/** linear, gelu, layer-norm, dropout, embedding: the layers that look at one place at a time. */
import assert from 'node:assert/strict'
import { dropout } from '../../../models/layers/dropout.ts'
import { embed, present } from '../../../models/layers/embedding.ts'
import { gelu } from '../../../models/layers/gelu.ts'
import { layerNorm } from '../../../models/layers/layer-norm.ts'
import { linear } from '../../../models/layers/linear.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal, shaken } from '../values.ts'

const SEED = 11

describe(`layers, place by place (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('linear is x W + b on the last axis of any rank', () => {
    const build = (init: Parameters<typeof linear>[0]) => linear(init, 'a', { inputs: 2, outputs: 3 })
    const weights = drawn(build, SEED)
    weights.get('a/weight')!.data.set([1, 2, 3, 10, 20, 30])
    weights.get('a/bias')!.data.set([0.5, 0, -1])
    const y = build(initOf(weights))(tf.tensor([1, 1, 2, 0, 0, 1, 0, 0], [2, 1, 2, 2]))
    assert.deepEqual(y.shape, [2, 1, 2, 3])
    assert.deepEqual([...y.dataSync()], [11.5, 22, 32, 2.5, 4, 5, 10.5, 20, 29, 0.5, 0, -1])
  })

  it('linear without a bias asks for none', () => {
    assert.deepEqual(
      [...drawn((init) => linear(init, 'a', { inputs: 2, outputs: 1, bias: false }), SEED).keys()],
      ['a/weight'],
    )
  })

  it('gelu is x Φ(x), by a table of the normal distribution, far out too', () => {
    const table = [
      [-40, 0],
      [-3, 0.001349898],
      [-1, 0.158655254],
      [-0.1, 0.460172163],
      [0, 0.5],
      [0.1, 0.539827837],
      [1, 0.841344746],
      [3, 0.998650102],
      [40, 1],
    ] as const
    const found = gelu(tf.tensor(table.map(([x]) => x))).dataSync()
    // eager erf is a polynomial good to 1.5e-7, times x up to 3
    assert.ok(
      apart(
        found,
        table.map(([x, below]) => x * below),
      ) < 1e-6,
    )
  })

  it('gelu has the slope Φ(x) + x φ(x)', () => {
    const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
    const exact = [0.5, 0.841344746 + density(1), 0.158655254 - density(1), 0.998650102 + 3 * density(3), 1]
    assert.ok(
      apart(
        tf
          .grad(gelu)(tf.tensor([0, 1, -1, 3, 40]))
          .dataSync(),
        exact,
      ) < 1e-6,
    )
  })

  it('layer-norm gives mean 0 and variance 1 times gain plus bias', () => {
    const build = (init: Parameters<typeof layerNorm>[0]) => layerNorm(init, 'n', 4)
    const weights = drawn(build, SEED)
    // deviations of (1, 3, 5, 7) from 4 are (−3, −1, 1, 3), variance 5
    const y = build(initOf(weights))(tf.tensor([1, 3, 5, 7], [1, 4])).dataSync()
    assert.ok(
      apart(
        y,
        [-3, -1, 1, 3].map((v) => v / Math.sqrt(5)),
      ) < 1e-6,
    )
    weights.get('n/gain')!.data.set([1, 2, 3, 4])
    weights.get('n/bias')!.data.set([10, 20, 30, 40])
    const moved = build(initOf(weights))(tf.tensor([1, 3, 5, 7], [1, 4])).dataSync()
    assert.ok(
      apart(
        moved,
        [-3, -1, 1, 3].map((v, i) => (v / Math.sqrt(5)) * (i + 1) + 10 * (i + 1)),
      ) < 1e-5,
    )
  })

  it('layer-norm of a row of zeros is the bias, with a finite gradient', () => {
    const build = (init: Parameters<typeof layerNorm>[0]) => layerNorm(init, 'n', 4)
    const weights = shaken(drawn(build, SEED), SEED)
    const layer = build(initOf(weights))
    const zeros = tf.zeros([1, 4])
    assert.deepEqual([...layer(zeros).dataSync()], [...weights.get('n/bias')!.data])
    assert.ok(
      tf
        .grad((x) => layer(x).square().sum())(zeros)
        .dataSync()
        .every(Number.isFinite),
    )
  })

  it('layer-norm has the gradient of plain autodiff', () => {
    const build = (init: Parameters<typeof layerNorm>[0]) => layerNorm(init, 'n', 6)
    const weights = shaken(drawn(build, SEED), SEED)
    const [gain, bias] = ['n/gain', 'n/bias'].map((name) => tf.tensor(weights.get(name)!.data))
    const [x, weight] = [normal([3, 6], SEED), normal([3, 6], SEED + 1)]
    const plain = tf.grad((v) => {
      const centered = v.sub(v.mean(-1, true))
      const deviation = centered.square().mean(-1, true).add(1e-8).sqrt()
      return centered.div(deviation).mul(gain!).add(bias!).mul(weight).sum()
    })(x)
    const own = tf.grad((v) => build(initOf(weights))(v).mul(weight).sum())(x)
    assert.ok(apart(own.dataSync(), plain.dataSync()) < 5e-6) // float32, sums of six numbers near 1
  })

  it('dropout multiplies by the declared mask over 1 − rate, and does nothing without noise', () => {
    const x = tf.tensor([1, 2, 3, 4])
    const asked: unknown[] = []
    const y = dropout(x, 'here', 0.75, (...request) => {
      asked.push(request)
      return tf.tensor([1, 0, 0, 1])
    })
    assert.deepEqual([...y.dataSync()], [4, 0, 0, 16])
    assert.deepEqual(asked, [['here', [4], { bernoulli: 0.25 }]])
    assert.equal(dropout(x, 'here', 0.75, null), x)
    assert.equal(
      dropout(x, 'here', 0, () => assert.fail('no mask is needed')),
      x,
    )
  })

  it('embed gives row j − 1 for item j and zeros for padding, whose gradient reaches no row', () => {
    const table = tf.tensor([1, 2, 3, 4, 5, 6], [3, 2])
    const ids = tf.tensor([0, 3, 1, 1], [2, 2], 'int32')
    assert.deepEqual([...embed(table, ids).dataSync()], [0, 0, 5, 6, 1, 2, 1, 2])
    assert.deepEqual([...present(ids).dataSync()], [0, 1, 1, 1])
    const gradient = tf.grad((t) => embed(t, ids).sum())(table)
    assert.deepEqual([...gradient.dataSync()], [2, 2, 0, 0, 1, 1])
  })
})
