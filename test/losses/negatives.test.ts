import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isNext, untaken } from '../../losses/negatives.ts'
import { sequencesOf } from '../../losses/positions.ts'
import { tf } from '../../tensor/index.ts'

const seed = Math.floor(Date.now() % 2 ** 31)

describe(`negatives (seed ${seed})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('knows the items that a user took: few items (table) and many (pairs), against a set', () => {
    const shape = fc.record({
      items: fc.constantFrom(4, 9, 5000),
      size: fc.integer({ min: 1, max: 4 }),
      length: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 1, max: 6 }),
      draw: fc.infiniteStream(fc.nat()),
    })
    fc.assert(
      fc.property(shape, ({ items, size, length, count, draw }) => {
        const next = () => draw.next().value as number
        const few = Math.min(items, 9) // so that equals are met among 5000 too
        const many = (n: number, of: number) => Array.from({ length: n }, () => next() % of)
        const [history, target] = [many(size * length, few + 1), many(size * length, few + 1)]
        const negatives = many(size * count, few)
        const batch = {
          input: { history: tf.tensor(history, [size, length], 'int32') },
          target: tf.tensor(target, [size, length], 'int32'),
        }
        const found = untaken(batch, tf.tensor(negatives, [size, count], 'int32'), items)
        const right = negatives.map((row, n) => {
          const user = Math.floor(n / count)
          const own = [history, target].flatMap((all) => all.slice(user * length, (user + 1) * length))
          return own.includes(row + 1) ? 0 : 1
        })
        assert.deepEqual([...found.dataSync()], right)
        assert.deepEqual(found.shape, [size, count])
      }),
      { seed, numRuns: 60 },
    )
  })

  it('keeps the shape of negatives that come by position', () => {
    const batch = {
      input: { history: tf.zeros([2, 3], 'int32') },
      target: tf.tensor([1, 2, 3, 0, 0, 4], [2, 3], 'int32'),
    }
    const negatives = tf.tensor([0, 3, 1, 3, 2, 3, 0, 3, 1, 3, 2, 3], [6, 2], 'int32')
    const found = untaken(batch, negatives, 4, sequencesOf(batch))
    assert.deepEqual(found.shape, [6, 2])
    assert.deepEqual([...found.dataSync()], [0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0])
  })

  it('isNext compares each position with its own', () => {
    const positions = {
      states: tf.zeros([2, 1]),
      catalog: tf.zeros([5, 1]),
      items: 5,
      rows: tf.tensor1d([3, 0], 'int32'),
      valid: tf.ones([2]),
    }
    assert.deepEqual(
      [...isNext(positions, tf.tensor([3, 0, 3, 0], [2, 2], 'int32')).dataSync()],
      [1, 0, 0, 1],
    )
  })
})
