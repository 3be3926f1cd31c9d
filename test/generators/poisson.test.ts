import assert from 'node:assert/strict'
import type { Columns } from '../../contracts.ts'
import { addressOf } from '../../generators/fields/address.ts'
import poisson from '../../generators/poisson.ts'
import { UserError } from '../../io/errors.ts'
import { sha256 } from '../../io/files.ts'

const SEED = 5

describe(`generators/poisson (seed ${SEED})`, () => {
  it('has k = 1 and nothing to select', async () => {
    const [row] = await rows(4, addressOf('valid', 3), 1)
    assert.deepEqual(row!.data.k, new Float32Array(25).fill(1))
    assert.deepEqual(row!.data.row, Int32Array.of(3))
    assert.deepEqual(row!.data.contrast, Float64Array.of(1))
    assert.deepEqual(row!.data.attempts, Int32Array.of(1))
  })

  it('has standard normal right-hand sides', async () => {
    const all = (await rows(32, 0, 40)).flatMap(({ data }) => [...(data.rhs as Float32Array)])
    const unit = 1 / Math.sqrt(all.length) // standard error of the mean; √2 of it for the mean square
    assert.ok(Math.abs(all.reduce((sum, z) => sum + z, 0) / all.length) < 4 * unit)
    assert.ok(Math.abs(all.reduce((sum, z) => sum + z * z, 0) / all.length - 1) < 4 * Math.SQRT2 * unit)
  })

  it('refuses a grid that is none', () => {
    for (const grid of [2, 4.5, NaN, 2049]) {
      assert.throws(
        () => poisson.schema({ grid }),
        (error) => error instanceof UserError && /grid/.test(error.message),
      )
    }
  })

  it('makes the bytes it always made', async () => {
    const digests = (await rows(5, 7, 2)).map(({ data }) =>
      sha256(new Uint8Array((data.rhs as Float32Array).buffer)),
    )
    assert.deepEqual(digests, GOLDEN)
  })
})

const GOLDEN: readonly string[] = [
  'f65883843a85dfd64226586e99a3a0fbdb58782141a2b4448824914a5257e0ce',
  'e025469e1911b6f46f8ab4ab94b58fe2ed831f5a5ad1c9be62f9b4d05be45193',
]

async function rows(grid: number, from: number, count: number): Promise<Columns[]> {
  const ctx = { seed: SEED, signal: new AbortController().signal }
  const out: Columns[] = []
  for await (const row of poisson.rows({ grid }, { from, to: from + count }, ctx)) out.push(row)
  return out
}
