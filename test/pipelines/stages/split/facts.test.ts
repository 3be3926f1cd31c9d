/** What the manifest counts, by hand: the log, what passed the filter, what is in the dataset, and what is cold. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Params } from '../../../../contracts.ts'
import { splitOf } from './of-events.ts'

describe('stage split: facts', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'facts-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  const factsOf = (events: string, params: Params) => splitOf(root, events, params)
  const counts = (users: number, items: number, interactions: number) => ({ users, items, interactions })

  it('leave-one-out: cold items stay and are counted, with the targets that they are', async () => {
    // trained on: a, b of u, a of v, d, e of w, who has two events, a of y. x is the target of valid of u, c that of test of u and v.
    // z has one user, and without it f one item: both fall to the core
    const log = 'u1a u2b u3x u4c v1a v2b v3c w1d w2e y1a y2e y3d k5x k6a f7z f8b'
    const facts = await factsOf(log, { strategy: 'leave-one-out', core: { items: 2, users: 2 } })
    assert.deepEqual(facts.unfiltered, counts(6, 7, 16))
    assert.deepEqual(facts.filtered, counts(5, 6, 14))
    assert.deepEqual([facts.users, facts.items, facts.interactions], [5, 6, 14])
    assert.deepEqual([facts.usersNotTested, facts.usersLeftOut], [2, 0]) // w and k
    assert.deepEqual([facts.coldItems, facts.coldTargets], [1, { valid: 0, test: 2 }]) // c; k is trained on x
  })

  it('leave-one-out: an item that is met as the target of valid alone', async () => {
    const facts = await factsOf('u1a u2x u3b v1a v2b', { strategy: 'leave-one-out' })
    assert.deepEqual([facts.coldItems, facts.coldTargets], [1, { valid: 1, test: 0 }])
    const warm = await factsOf('u1a u2b u3a v1a v2b', { strategy: 'leave-one-out' })
    assert.deepEqual([warm.coldItems, warm.coldTargets], [0, { valid: 0, test: 0 }])
  })

  it('by time: cold items are dropped, and users whose events do not suffice are left out', async () => {
    // T = 4: t and u are trained on, v is tested, w has two events; the early one of v goes, and z with it
    const log = 't3c v2c u1a u2b v4a v5z v6b v7a w8a w9b'
    const facts = await factsOf(log, { strategy: 'temporal', quantile: 0.5 })
    assert.deepEqual(facts.filtered, counts(4, 4, 10))
    assert.deepEqual([facts.users, facts.items, facts.interactions], [3, 3, 10])
    assert.deepEqual([facts.trainUsers, facts.usersNotTested, facts.usersLeftOut], [2, 2, 1])
    assert.deepEqual([facts.coldItems, facts.coldTargets], [1, { valid: 0, test: 0 }])
  })

  it('rolling: users of the window and after it who are not used are left out', async () => {
    // T₁ = 4, the window ends at 6: u is trained on and tested, v trained on, x and z come after the window
    const log = 'u1a u2b v3c u4b u5a v4a z6z v6b x7a x8b'
    const facts = await factsOf(log, { strategy: 'rolling-1', cuts: [0.3, 0.7] })
    assert.deepEqual(facts.filtered, counts(4, 4, 10))
    assert.deepEqual([facts.users, facts.items, facts.testUsers], [2, 3, 1])
    assert.deepEqual([facts.usersNotTested, facts.usersLeftOut], [1, 2])
    assert.deepEqual([facts.coldItems, facts.coldTargets], [0, { valid: 0, test: 0 }])
  })
})
