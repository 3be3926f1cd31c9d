import assert from 'node:assert/strict'
import fc from 'fast-check'
import { coreOf, depthOf, draw, eventsOf, type Log, numbered } from '../../../benchmarks/made-logs/cut.ts'
import { rng } from '../../../math/rng.ts'

const log = (...lists: number[][]): Log => ({
  sequences: lists.map((list) => Int32Array.from(list)),
  moments: null,
})
const plain = ({ sequences }: Log) => sequences.map((events) => [...events])

describe('benchmarks/made-logs/cut', () => {
  it('keeps a core: what falls below a bound drags others with it', () => {
    // item 9 has one user; without it the third user has one item; then item 3 has one user, and so on
    const given = log([1, 2, 1], [1, 2, 3], [3, 9])
    assert.deepEqual(plain(coreOf(given, { items: 2, users: 2 })), [
      [1, 2, 1],
      [1, 2],
    ])
    assert.deepEqual(plain(coreOf(given, { items: 1, users: 1 })), plain(given))
    assert.deepEqual(plain(coreOf(given, { items: 4, users: 1 })), [])
  })

  it('finds the depth of a log, five at most', () => {
    assert.deepEqual(depthOf(log([1, 2, 1], [1, 2, 2])), { items: 2, users: 2 })
    const deep = log(...Array.from({ length: 8 }, () => [1, 2, 3, 4, 5, 6, 7]))
    assert.deepEqual(depthOf(deep), { items: 5, users: 5 })
  })

  it('holds its bounds, and is its own core (random logs, seed 2)', () => {
    const lists = fc.array(fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }), { maxLength: 12 })
    fc.assert(
      fc.property(lists, fc.nat(3), fc.nat(3), (given, items, users) => {
        const core = coreOf(log(...given), { items, users })
        assert.deepEqual(plain(coreOf(core, { items, users })), plain(core))
        if (core.sequences.length === 0) return
        const depth = depthOf(core)
        assert.ok(depth.items >= items && depth.users >= users)
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  it('draws users with their moments, in the order of the log', () => {
    const given: Log = { ...log([5], [6], [7], [8]), moments: [1, 2, 3, 4].map((last) => ({ last, gap: 0 })) }
    const some = draw(given, 3, rng(1, 'draw'))
    assert.equal(some.sequences.length, 3)
    assert.deepEqual(
      some.moments!.map(({ last }) => last + 4),
      some.sequences.map(([item]) => item),
    )
    assert.deepEqual(
      plain(some),
      plain(some).toSorted((a, b) => a[0]! - b[0]!),
    )
    assert.equal(draw(given, 4, rng(1, 'draw')), given)
  })

  it('numbers items by first appearance', () => {
    assert.deepEqual(numbered(log([70, 5], [5, 3])), {
      items: 3,
      sequences: [Int32Array.of(1, 2), Int32Array.of(2, 3)],
    })
    assert.equal(eventsOf(log([70, 5], [5, 3])), 4)
  })
})
