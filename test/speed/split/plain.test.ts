import assert from 'node:assert/strict'
import fc from 'fast-check'
import { coreOf, type Event, logs, singleOf, splitOf } from '../../generators/interactions/oracle.ts'
import { splitPlainly } from './plain.ts'

describe('speed/split/plain', () => {
  const plain = (events: readonly (readonly number[])[], core: Core) => {
    const column = (n: number) => Int32Array.from(events, (event) => event[n]!)
    return splitPlainly({ users: column(0), items: column(1), times: column(2) }, core)
  }
  /** '1:3@2' is user 1 with item 3 at time 2. */
  const log = (events: string) => events.split(' ').map((event) => event.split(/[:@]/).map(Number))

  it('sorts, drops repeats and holds the last two out: a case by hand', () => {
    // user 1 by time: 7 (at 1), 3 and 8 (at 2, in the order of the source), 7 again, which is a repeat: 7 | 3 | 8
    // user 0 has two events, which are trained on
    const events = log('1:3@2 0:5@9 1:7@4 1:8@2 0:6@1 1:7@1')
    assert.deepEqual(plain(events, { items: 1, users: 1 }), { trainEvents: 3, testUsers: 1, targets: 8 })
  })

  it('goes on with the core until both bounds hold', () => {
    // item 9 has one user and goes; user 2 then has one item and goes; item 1 then has user 0 alone and goes
    const events = log('0:1@0 0:2@1 0:3@2 0:4@3 1:2@0 1:3@1 1:4@2 2:1@0 2:9@1')
    assert.deepEqual(plain(events, { items: 2, users: 2 }), { trainEvents: 2, testUsers: 2, targets: 8 })
  })

  it('finds what the oracle of the tests finds (fast-check, seed 23)', () => {
    const bound = fc.integer({ min: 1, max: 3 })
    fc.assert(
      fc.property(logs, fc.record({ items: bound, users: bound }), (events, core) => {
        const [users, items] = [numbersOf(events, 'user'), numbersOf(events, 'item')]
        const numbers = events.map(({ user, item, time }) => [
          users.get(user)!,
          items.get(item)!,
          Number(time),
        ])
        const kept = coreOf(singleOf(events, 'first'), { ...core, iterate: true })
        const { trained, held } = splitOf(kept, { strategy: 'leave-one-out' })
        const targets = [...held.values()].map((own) => items.get(own.at(-1)!.item)!)
        assert.deepEqual(plain(numbers, core), {
          trainEvents: [...trained.values()].flat().length,
          testUsers: held.size,
          targets: targets.reduce((sum, item) => sum + item, 0),
        })
      }),
      { seed: 23, numRuns: 200 },
    )
  })
})

type Core = Parameters<typeof splitPlainly>[1]

function numbersOf(events: readonly Event[], what: 'user' | 'item'): Map<string, number> {
  return new Map([...new Set(events.map((event) => event[what]))].map((id, n) => [id, n]))
}
