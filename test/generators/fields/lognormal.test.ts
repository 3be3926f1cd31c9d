/** Makers are kept from one range to the next: who else asked in between must not show. */
import assert from 'node:assert/strict'
import type { Columns } from '../../../contracts.ts'
import condiff from '../../../generators/condiff.ts'

const small = { ...condiff.defaults, grid: 8 }
const laws = [small, { ...small, variance: 1 }, { ...small, covariance: 'cubic' }]

async function rowsOf(
  params: typeof small,
  range: { from: number; to: number },
  ctx: { signal: AbortSignal; workers?: number },
) {
  const found: number[] = []
  for await (const { data } of condiff.rows(params, range, { seed: 5, ...ctx }) as AsyncIterable<Columns>)
    found.push(...(data.k as Float32Array))
  return found
}

describe('generators/fields/lognormal', () => {
  it('gives the same rows to ranges that take turns, overlap, or run at once, on 1 and 2 workers', async () => {
    const alone = await Promise.all(
      laws.map((law) => rowsOf(law, { from: 0, to: 6 }, { signal: new AbortController().signal })),
    )
    for (const workers of [1, 2]) {
      const { signal } = new AbortController() // shared, as by the shards of a stage
      const ctx = { signal, workers }
      const halves = async (law: (typeof laws)[number]) => {
        const first = await rowsOf(law, { from: 0, to: 3 }, ctx)
        return [...first, ...(await rowsOf(law, { from: 3, to: 6 }, ctx))]
      }
      for (const [l, law] of laws.entries())
        assert.deepEqual(await halves(law), alone[l], `${workers} workers`)
      const together = await Promise.all([...laws, ...laws].map(halves))
      for (const [n, found] of together.entries()) assert.deepEqual(found, alone[n % laws.length])
    }
  })

  it('makes rows again after a range was stopped half-way', async () => {
    for (const workers of [1, 2]) {
      const stopped = new AbortController()
      const rows = condiff.rows(small, { from: 0, to: 40 }, { seed: 5, signal: stopped.signal, workers })
      await assert.rejects(
        async () => {
          for await (const _ of rows) stopped.abort()
        },
        { name: 'AbortError' },
      )
      const given = condiff.rows(
        small,
        { from: 0, to: 40 },
        { seed: 5, signal: new AbortController().signal, workers },
      )
      for await (const _ of given) break // a reader that leaves early
      const ctx = { signal: new AbortController().signal, workers }
      assert.equal((await rowsOf(small, { from: 0, to: 3 }, ctx)).length, 3 * 81)
    }
  })
})
