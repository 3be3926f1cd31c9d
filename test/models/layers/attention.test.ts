import assert from 'node:assert/strict'
import type { Init, Scheme } from '../../../contracts.ts'
import { attention, causalMask } from '../../../models/layers/attention.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal, shaken } from '../values.ts'

const SEED = 14
const ids = (...rows: number[][]) => tf.tensor(rows.flat(), [rows.length, rows[0]!.length], 'int32')

describe(`attention (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('the mask hides what is later and what is padding', () => {
    const mask = causalMask(ids([0, 4, 2]))
    assert.deepEqual(mask.shape, [1, 1, 3, 3])
    const hidden = [...mask.dataSync()].map((value) => (value < -1e8 ? 1 : 0))
    assert.deepEqual(hidden, [1, 1, 1, 1, 0, 1, 1, 0, 0])
  })

  it('takes the mean of what it may see when all scores are equal', () => {
    const build = (init: Init) => attention(init, 'a', { width: 2, heads: 1, rate: 0 })
    const weights = drawn(build, SEED)
    weights.get('a/query/weight')!.data.fill(0)
    for (const name of ['value', 'output']) weights.get(`a/${name}/weight`)!.data.set([1, 0, 0, 1])
    const context = tf.tensor([9, 9, 2, 4, 6, 8], [1, 3, 2])
    const y = build(initOf(weights))(context, context, causalMask(ids([0, 4, 2])), null)
    assert.deepEqual([...y.dataSync()].slice(2), [2, 4, 4, 6])
  })

  it('its matrices start as it is told, Glorot-uniform unless it is', () => {
    const schemesOf = (scheme?: Scheme) => {
      const asked: Record<string, Scheme | undefined> = {}
      const weight: Init['weight'] = (name, shape, own) => {
        asked[name] = own
        return tf.zeros([...shape])
      }
      attention({ weight }, 'a', { width: 2, heads: 1, rate: 0, ...(scheme !== undefined && { scheme }) })
      return asked
    }
    for (const [given, matrix] of [
      [undefined, 'glorot'],
      ['normal', 'normal'],
    ] as const)
      assert.deepEqual(
        schemesOf(given),
        Object.fromEntries(
          ['query', 'key', 'value', 'output'].flatMap((part) => [
            [`a/${part}/weight`, matrix],
            [`a/${part}/bias`, 'zeros'],
          ]),
        ),
      )
  })

  for (const heads of [1, 2])
    it(`is the sum over places of softmax(q k / √d) v, ${heads} head(s)`, () => {
      const [length, width] = [3, 4]
      const build = (init: Init) => attention(init, 'a', { width, heads, rate: 0 })
      const weights = shaken(drawn(build, SEED), SEED)
      const [query, context] = [normal([1, length, width], 1), normal([1, length, width], 2)]
      const y = build(initOf(weights))(query, context, causalMask(ids([1, 1, 1])), null).dataSync()
      const map = (x: number[], part: string) =>
        Array.from({ length: width }, (_, o) =>
          x.reduce(
            (sum, value, i) => sum + value * weights.get(`a/${part}/weight`)!.data[i * width + o]!,
            weights.get(`a/${part}/bias`)!.data[o]!,
          ),
        )
      const rows = (x: ArrayLike<number>) =>
        Array.from({ length }, (_, i) => Array.from({ length: width }, (_, c) => x[i * width + c]!))
      const [q, k, v] = [
        rows(query.dataSync()).map((row) => map(row, 'query')),
        rows(context.dataSync()).map((row) => map(row, 'key')),
        rows(context.dataSync()).map((row) => map(row, 'value')),
      ]
      const d = width / heads
      const exact = q.flatMap((own, i) => {
        const mixed = Array.from({ length: width }, (_, c) => {
          const from = Math.floor(c / d) * d
          const score = (j: number) => {
            let sum = 0
            for (let e = from; e < from + d; e++) sum += own[e]! * k[j]![e]!
            return Math.exp(sum / Math.sqrt(d))
          }
          let [top, bottom] = [0, 0]
          for (let j = 0; j <= i; j++) {
            top += score(j) * v[j]![c]!
            bottom += score(j)
          }
          return top / bottom
        })
        return map(mixed, 'output')
      })
      assert.ok(apart(y, exact) < 5e-6) // float32, values near 1
    })
})
