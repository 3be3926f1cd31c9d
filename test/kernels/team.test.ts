import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { isShared, sharedNumbers } from '../../kernels/shared.ts'
import { openTeam, type Sheet, type Team } from '../../kernels/team.ts'
import { rng } from '../../math/rng.ts'
import { toyKernel } from './toy.ts'

const LANES = 4

describe('kernels/team', () => {
  let toy: URL
  let teams: Team[] = []
  before(async () => {
    toy = await toyKernel()
  })
  afterEach(async () => {
    await Promise.all(teams.map((team) => team.close()))
    teams = []
  })
  const open = (workers: number) => {
    const team = openTeam(toy, { bytes: 1024, workers })
    teams.push(team)
    return team
  }
  const plain = (length: number) => new Float64Array(length)

  /** a + b of some items, and in `count` how many items the call had. */
  const sheet = (team: Team, items: Iterable<number>, [a, b, sum, count]: readonly Float64Array[]): Sheet => {
    const at = Array.from({ length: LANES }, (_, lane) => team.heap + 8 * lane)
    const to = at.map((address) => address + 64)
    return {
      name: 'addAll',
      args: [at[0]!, to[0]!],
      items: Int32Array.from(items),
      lanes: LANES,
      inputs: [
        { array: a!, size: 1, at },
        { array: b!, size: 1, at: to },
      ],
      outputs: [
        { array: sum!, size: 1, at: to },
        { array: count!, size: 1, at: at.map(() => to[0]! + 64) },
      ],
    }
  }

  for (const workers of [1, 2, 3]) {
    for (const [where, numbers] of [
      ['memory of its own', plain],
      ['shared memory', sharedNumbers],
    ] as const) {
      it(`does every item once, whatever their order, in ${where} (workers: ${workers})`, async () => {
        const team = open(workers)
        assert.equal(team.workers, workers)
        const random = rng(5, 'team', workers)
        for (let round = 0; round < 30; round++) {
          const length = 1 + random.integer(40)
          const [a, b] = [numbers(length), numbers(length)]
          for (let i = 0; i < length; i++) {
            a[i] = random.integer(1000)
            b[i] = random.integer(1000)
          }
          const [sum, count] = [numbers(length).fill(-1), numbers(length).fill(-1)]
          const items = shuffled(length, random).slice(0, 1 + random.integer(length))
          await team.run(sheet(team, items, [a, b, sum, count]))
          const asked = new Set(items)
          for (let i = 0; i < length; i++) assert.equal(sum[i], asked.has(i) ? a[i]! + b[i]! : -1)
          const last = items.length % LANES || LANES
          for (const [p, item] of items.entries()) {
            assert.equal(count[item], p < items.length - last ? LANES : last)
          }
        }
      })
    }

    it(`takes sheets before others are done (workers: ${workers})`, async () => {
      const team = open(workers)
      const runs = Array.from({ length: 20 }, (_, r) => {
        const length = 3 * r
        const parts = [plain(length).fill(r), plain(length).fill(1), plain(length), plain(length)]
        return { r, sum: parts[2]!, run: team.run(sheet(team, plain(length).keys(), parts)) }
      })
      for (const { r, sum, run } of runs) {
        await run
        assert.ok(sum.every((value) => value === r + 1))
      }
    })

    it(`tells of a trap, and goes on (workers: ${workers})`, async () => {
      const team = open(workers)
      const parts = (a: number) => [plain(40).fill(a), plain(40), plain(40), plain(40)]
      await assert.rejects(
        team.run(sheet(team, plain(40).keys(), parts(-1))),
        /addAll.*unreachable|unreachable/,
      )
      await assert.rejects(team.run({ ...sheet(team, [0], parts(1)), name: 'fly' }), /no function 'fly'/)
      for (let i = 0; i < 4; i++) {
        const some = parts(i)
        await team.run(sheet(team, some[0]!.keys(), some))
        assert.ok(some[2]!.every((value) => value === i))
      }
    })

    it(`ends when closed (workers: ${workers})`, async () => {
      const team = open(workers)
      await team.close()
      const parts = [plain(1), plain(1), plain(1), plain(1)]
      await assert.rejects(team.run(sheet(team, [0], parts)), /it was closed/)
    })
  }

  it('stops in the middle of a call when it is closed', async () => {
    const team = open(2)
    const endless = team.run({
      name: 'spin',
      args: [],
      items: Int32Array.of(0, 1, 2),
      lanes: 1,
      inputs: [{ array: plain(3), size: 1, at: [1 << 10] }],
      outputs: [],
    })
    const told = assert.rejects(endless, /it was closed/)
    await setTimeout(20)
    await team.close()
    await told
  })

  it('knows which numbers are shared', () => {
    assert.ok(isShared(sharedNumbers(3)))
    assert.ok(isShared(sharedNumbers(3).subarray(1)))
    assert.ok(!isShared(new Float64Array(3)))
    assert.deepEqual([...sharedNumbers(2)], [0, 0])
  })
})

function shuffled(length: number, random: { integer(below: number): number }): number[] {
  const numbers = Array.from({ length }, (_, i) => i)
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    ;[numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!]
  }
  return numbers
}
