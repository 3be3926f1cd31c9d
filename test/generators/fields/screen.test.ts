import assert from 'node:assert/strict'
import condiff from '../../../generators/condiff.ts'
import { embed } from '../../../generators/fields/embedding.ts'
import { drawPair, inWindow } from '../../../generators/fields/grf.ts'
import { MARGIN, openScreen } from '../../../generators/fields/screen.ts'
import { UserError } from '../../../io/errors.ts'

const key = { seed: 5, set: 77 }

describe('generators/fields/screen, on the CPU provider', () => {
  for (const [covariance, length] of [
    ['cubic', 0.05],
    ['exponential', 0.05],
    ['gaussian', 0.05],
    ['exponential', [0.2, 0.05]], // which axis is which
  ] as const)
    it(`makes the field of the CPU to 1e-5: ${covariance}, length ${length}, variance 2`, async () => {
      const [grid, side] = [20, 21]
      const embedding = embed({ covariance, variance: 2, length, grid })
      const attempts = [
        { attempt: 0, address: 3 },
        { attempt: 9, address: 2 ** 30 },
      ]
      const screen = await openScreen(embedding, side, 3, 'cpu') // one lane stays empty
      const found = await screen.fields(key, attempts)
      await screen.dispose()
      const right = attempts.flatMap((at) => drawPair(embedding, key, at, side).flatMap((phi) => [...phi]))
      assert.equal(found.length, right.length)
      for (const [i, phi] of right.entries())
        assert.ok(Math.abs(found[i]! - phi) <= 1e-5, `${found[i]}, ${phi}`)
    })

  it('passes over no field of the window, and over every field that is off by more than twice the margin', async () => {
    const [grid, side] = [12, 13]
    const embedding = embed({ covariance: 'gaussian', variance: 1, length: 0.05, grid })
    const window = [60, 90] as const
    const wide = [window[0] * (1 - 2 * MARGIN), window[1] * (1 + 2 * MARGIN)] as const
    const attempts = Array.from({ length: 60 }, (_, attempt) => ({ attempt, address: 1 }))
    const screen = await openScreen(embedding, side, 60, 'cpu')
    const found = await screen.hopeful(key, attempts, window)
    await screen.dispose()
    let hits = 0
    for (const [i, at] of attempts.entries())
      for (const [half, phi] of drawPair(embedding, key, at, side).entries()) {
        if (inWindow(phi, window)) assert.ok(found[i]![half])
        if (!inWindow(phi, wide)) assert.ok(!found[i]![half])
        hits += inWindow(phi, window) ? 1 : 0
      }
    assert.ok(hits > 3, `${hits} fields in the window: too few to tell`)
  })

  for (const contrast of [null, [20, 40]] as const)
    it(`leaves the rows of a set as they are, to the byte (contrast ${JSON.stringify(contrast)})`, async () => {
      const params = { ...condiff.defaults, grid: 9, variance: 0.7, contrast }
      assert.deepEqual(await rowsOf(params, 'eager'), await rowsOf(params))
    })

  it('gives up on a row as the CPU does', async () => {
    const params = { ...condiff.defaults, grid: 6, contrast: [1e30, 1e31] as const, attempts: 7 }
    const said = async (device: string) => {
      const error = await rowsOf(params, device).catch((error: unknown) => error)
      assert.ok(error instanceof Error && error.name === 'UserError') // by name, as pipelines/failure.ts
      return error.message
    }
    assert.equal(await said('eager'), await said('cpu'))
  })

  it('says in one sentence what is wrong with a device', async () => {
    await assert.rejects(
      rowsOf({ ...condiff.defaults, grid: 6 }, 'tpu'),
      new UserError(
        "generator condiff: device must be one of cpu, webgpu, cuda, tensorflow, eager, gpu (got 'tpu')",
      ),
    )
  })
})

async function rowsOf(params: typeof condiff.defaults, device = 'cpu') {
  const rows = []
  const ctx = { seed: 3, signal: new AbortController().signal, device }
  for await (const row of condiff.rows(params, { from: 0, to: 7 }, ctx)) rows.push(row)
  return rows
}
