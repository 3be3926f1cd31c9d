import assert from 'node:assert/strict'
import { choose } from '../../benchmarks/choice.ts'
import { lossBytes } from '../../benchmarks/loss-bytes.ts'
import type { Loss } from '../../contracts.ts'
import { namesIn } from '../../io/lookup.ts'

const lossOf = (name: string) => choose<Loss>('loss', 'losses/recommenders', name)

describe('benchmarks/loss-bytes', () => {
  it('is 2 · 4 · S · N for ce: by hand', async () => {
    const ce = await lossOf('ce')
    const at = { size: 4, length: 8, width: 16, items: 5000 }
    assert.equal(ce.entry.bytes!(ce.params, at), 2 * 4 * 32 * 5000)
    // beside the logits and their softmax: a few numbers a position
    const beside = lossBytes(ce, at) - 2 * 4 * 32 * 5000
    assert.ok(beside >= 0 && beside < 10 * 4 * 32, `${beside}`)
  })

  // A fifth is what the project promises of its formulas. Few items for rece: a trace writes its chunks down.
  const sizes: Record<string, readonly number[]> = { rece: [1_000, 10_000] }
  for (const name of namesIn('losses/recommenders'))
    it(`counts what the formula of ${name} says within a fifth`, async () => {
      const loss = await lossOf(name)
      if (loss.entry.bytes === undefined)
        return assert.ok(['bce', 'bpr'].includes(name), 'all but the smallest')
      for (const items of sizes[name] ?? [3_000, 30_000, 100_000]) {
        const at = { size: 32, length: 32, width: 64, items }
        const [counted, model] = [lossBytes(loss, at), loss.entry.bytes(loss.params, at)]
        assert.ok(
          Math.abs(counted - model) <= 0.2 * model,
          `${items}: counted ${counted}, by formula ${model}`,
        )
      }
    })

  it('says for 10⁶ items and 6400 positions: ce over 20 GB', async () => {
    const ce = await lossOf('ce')
    const at = { size: 128, length: 50, width: 64, items: 1_000_000 }
    assert.ok(ce.entry.bytes!(ce.params, at) > 20e9)
  })

  it('does not grow with the catalog on the rows of a step', async () => {
    const sce = await lossOf('sce')
    const at = (items: number) => lossBytes(sce, { size: 8, length: 8, width: 16, items }, 5000)
    assert.equal(at(1_000_000), at(100_000))
  })
})
