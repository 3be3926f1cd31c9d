import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columns } from '../../contracts.ts'
import { joined, readLogFile } from '../../pipelines/log-file.ts'

describe('pipelines/log-file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-file-'))
  after(() => rmSync(folder, { recursive: true }))

  it('has the events of each user in the order of time, and the gap before the last', async () => {
    // nanoseconds: 50 are lost in an f64 of this size. u3 has two events and is not tested
    const at = (n: number) => `1700000000000000${String(n).padStart(3, '0')}`
    const lines = [
      ...['u1,a', 'u1,b', 'u1,c', 'u1,b'].map((pair, n) => `${pair},${at(100 * n)}`),
      ...['u2,c', 'u2,b', 'u2,a'].map((pair, n) => `${pair},${at(50 * (n + 1))}`),
      ...['u3,b', 'u3,a'].map((pair, n) => `${pair},${at(7 * n)}`),
    ]
    const path = join(folder, 'log.csv')
    writeFileSync(path, `user,item,time\n${lines.join('\n')}\n`)
    const { signal } = new AbortController()
    const { log, ...counts } = await readLogFile(path, join(folder, 'work'), signal)
    assert.deepEqual(counts, { users: 3, items: 3, interactions: 9 })
    assert.deepEqual(
      log.sequences.map((events) => [...events]),
      [
        [1, 2, 3, 2],
        [3, 2, 1],
        [2, 1],
      ],
    )
    assert.deepEqual(
      log.moments!.map(({ gap }) => gap),
      [100, 50, Number.NaN],
    )
  })

  it('reads one split at a time, and of valid no history', async () => {
    const asked: string[] = []
    let open = 0
    const parts: Record<string, Columns> = {
      valid: { rows: 1, data: { user: Int32Array.of(2), time: BigInt64Array.of(5n) } },
      test: {
        rows: 1,
        data: {
          user: Int32Array.of(2),
          history: [Int32Array.of(7, 8)],
          target: Int32Array.of(9),
          time: BigInt64Array.of(11n),
        },
      },
      train: {
        rows: 2,
        data: {
          user: Int32Array.of(1, 2),
          history: [new Int32Array(0), new Int32Array(0)],
          target: Int32Array.of(4, 7),
          time: BigInt64Array.of(1n, 2n),
        },
      },
    }
    const log = await joined(async (split, columns) => {
      asked.push(`${split} ${columns}`)
      assert.equal(++open, 1)
      await Promise.resolve()
      open--
      return parts[split]!
    }, true)
    assert.deepEqual(asked, [
      'valid user,time',
      'test user,history,target,time',
      'train user,history,target,time',
    ])
    assert.deepEqual(log.sequences, [Int32Array.of(4), Int32Array.of(7, 8, 9)])
    assert.deepEqual(
      log.moments!.map(({ last, gap }) => [last, gap]),
      [
        [1, Number.NaN],
        [11, 6],
      ],
    )
  })
})
