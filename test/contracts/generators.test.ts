/** Every field generator: one whose schema has a coefficient and a right-hand side. */
import assert from 'node:assert/strict'
import type { Columns, Generator, Params } from '../../contracts.ts'
import { addressOf } from '../../generators/fields/address.ts'
import { misfit } from '../../io/columns.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'

const SEED = 19
const GRID = 6

for (const name of namesIn('generators')) {
  const generator = await load<Generator>('generator', 'generators', name)
  if (!makesFields(generator)) continue
  const params = { ...generator.defaults, grid: GRID }

  describe(`generator ${name} (seed ${SEED})`, () => {
    it('says what it is', () => {
      assert.ok(generator.about.length > 10)
      assert.ok(generator.cite === undefined || /^(doi|arXiv):/.test(generator.cite))
    })

    it('matches its schema, row by row', async () => {
      const schema = generator.schema(params)
      assert.deepEqual(schema.k!.shape, [GRID + 1, GRID + 1])
      assert.deepEqual(schema.rhs!.shape, [GRID, GRID])
      for (const part of await rows(generator, params, 0, 3)) assert.equal(misfit(part, schema), null)
    })

    it('counts its rows from the start of each split', async () => {
      for (const split of ['train', 'valid', 'test'] as const) {
        const first = addressOf(split, 2)
        const made = await rows(generator, params, first, first + 3)
        assert.deepEqual(
          made.map(({ data }) => data.row![0]),
          [2, 3, 4],
        )
      }
    })

    it('makes any range equal to that part of a longer one, bit for bit', async () => {
      const whole = await rows(generator, params, 0, 24)
      const { integer } = rng(SEED, name)
      for (let trial = 0; trial < 6; trial++) {
        const from = integer(24)
        const to = from + 1 + integer(24 - from)
        assert.deepEqual(
          await rows(generator, params, from, to),
          whole.slice(from, to),
          `rows ${from} to ${to}`,
        )
      }
      assert.deepEqual(await rows(generator, params, 5, 5), [])
    })

    it('gives every row, split and seed numbers of its own', async () => {
      const seen = new Set<string>()
      for (const [seed, from] of [
        [SEED, 0],
        [SEED, addressOf('valid', 0)],
        [SEED, addressOf('test', 0)],
        [SEED + 1, 0],
      ] as const) {
        for (const { data } of await rows(generator, params, from, from + 4, seed)) seen.add(`${data.rhs}`)
      }
      assert.equal(seen.size, 16)
    })

    it('has positive coefficients, finite sides and the contrast it states', async () => {
      for (const { data } of await rows(generator, params, 0, 8)) {
        const k = data.k as Float32Array
        assert.ok(k.every((v) => v > 0 && v < Infinity))
        assert.ok((data.rhs as Float32Array).every(Number.isFinite))
        assert.equal(data.contrast![0], Math.max(...k) / Math.min(...k))
      }
    })

    it('stops between rows when it is called off', async () => {
      const stop = new AbortController()
      const made: Columns[] = []
      const run = async () => {
        for await (const row of generator.rows(
          params,
          { from: 0, to: 1e9 },
          { seed: SEED, signal: stop.signal },
        )) {
          made.push(row)
          // from a timer, as a signal of the system comes: a generator that never lets the loop turn would not see it
          if (made.length === 3) setTimeout(() => stop.abort(), 1)
        }
      }
      await assert.rejects(run(), { name: 'AbortError' })
      assert.ok(made.length >= 3)
    })
  })
}

function makesFields(generator: Generator): boolean {
  const { k, rhs } = generator.schema(generator.defaults)
  return k !== undefined && rhs !== undefined
}

async function rows(
  generator: Generator,
  params: Params,
  from: number,
  to: number,
  seed = SEED,
): Promise<Columns[]> {
  const out: Columns[] = []
  for await (const part of generator.rows(
    params,
    { from, to },
    { seed, signal: new AbortController().signal },
  )) {
    out.push(part)
  }
  return out
}
