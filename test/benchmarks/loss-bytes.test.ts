import assert from 'node:assert/strict'
import { openBudget } from '../../benchmarks/budget.ts'
import { type Choice, choose } from '../../benchmarks/choice.ts'
import { lossBytes } from '../../benchmarks/loss-bytes.ts'
import { openSparseNetwork } from '../../benchmarks/sparse-network.ts'
import type { Loss, LossSizes, Model } from '../../contracts.ts'
import { namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'

const lossOf = (choice: Choice) => choose<Loss>('loss', 'losses/recommenders', choice)

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

  describe('tells vectors from what is as wide by accident', () => {
    const at = { size: 4, length: 32, width: 64, items: 3000 }
    const S = 4 * 32
    /** What stands beside the large tensors: a few numbers a position. */
    const check = async (choice: Choice, large: number, few: number) => {
      const beside = lossBytes(await lossOf(choice), at) - large
      assert.ok(beside >= 0 && beside <= few * 4 * S, `${beside} bytes beside ${large}`)
    }

    it('K = D: logits [S, 64]', async () => {
      // vectors [S, K, D], logits and their gradient [S, K]
      await check({ name: 'gbce', negatives: 64 }, 4 * S * 64 * (64 + 2), 10)
      // six times [S, K], and a byte each for those that are masked
      await check({ name: 'bpr-max', negatives: 64 }, 4 * 6 * S * 64, 64 / 4 + 10)
    })

    it('2 L = D: the history of each position, int32 [S, 64], and a byte for each item of it', async () => {
      for (const name of ['bce', 'bpr']) await check(name, (4 + 1) * S * 64, 10)
    })

    it('t = D: logits of a tile [S, 64], and their exponentials', async () => {
      await check({ name: 'cce', tile: 64 }, 4 * 2 * S * 64, 10)
    })

    it('K = L: vectors [s, 32, D], as large as the states', async () => {
      // beside them the logits [S, K], their gradient, and a byte each for those that are masked
      await check({ name: 'ce-sampled', negatives: 32 }, 4 * 4 * 32 * 64 + (4 + 4 + 1) * S * 32, 10)
    })

    it('each as any other size', async () => {
      const settings = { 'bce-plus': 'negatives', gbce: 'negatives', cce: 'tile', sce: 'positions' }
      for (const [name, setting] of Object.entries(settings)) {
        const bytes = async (size: number) => lossBytes(await lossOf({ name, [setting]: size }), at)
        const [less, same, more] = [await bytes(63), await bytes(64), await bytes(65)]
        assert.equal(same - less, more - same, name)
      }
    })
  })

  // The count of the paper's code, in numbers of 4 bytes: projections, which are freed at once, or logits and vectors.
  describe('follows the count of the paper, with the departures that the losses name', () => {
    const [S, D] = [32 * 32, 64]
    const at = { size: 32, length: 32, width: D, items: 3000 }
    const isNear = (counted: number, model: number) =>
      assert.ok(Math.abs(counted - model) <= 0.2 * model, `counted ${counted}, by formula ${model}`)

    it('sce: the logits of the blocks twice', async () => {
      const sce = await lossOf('sce')
      const [buckets, x, y] = [64, 64, 256] // 2 √1024
      const logits = buckets * x * (y + 1)
      const paper = Math.max(buckets * 3000, logits + buckets * (x + y) * D)
      assert.equal(sce.entry.bytes!(sce.params, at), 4 * (paper + logits))
      isNear(lossBytes(sce, at), 4 * (paper + logits))
      // projections alone, of 64 centers on 100,000 items: there is nothing to depart from
      assert.equal(sce.entry.bytes!(sce.params, { ...at, items: 100_000 }), 4 * 64 * 100_000)
    })

    it('sce on rows: projections on a tile of 8192 items, or the same blocks', async () => {
      const [buckets, x] = [16, 16] // 2 √64
      for (const y of [64, 256]) {
        const logits = buckets * x * (y + 1)
        const blocks = logits + buckets * (x + y) * 16
        const counted = await bytesOnRows(
          { name: 'sce', items: y },
          { size: 8, length: 8, width: 16, items: 20_000 },
        )
        isNear(counted, 4 * Math.max(buckets * 8192, blocks + logits))
      }
    })

    it('rece: 47 bytes a pair in 8 rounds for 128, and vectors', async () => {
      const rece = await lossOf({ name: 'rece', buckets: 32 })
      const sizes = { ...at, items: 3200 }
      const [rounds, buckets, near] = [8, 32, 3] // 1 + 2 n_ec
      const pairs = (S * 3200 * near) / buckets
      const paper = Math.max(rounds * buckets * 3200, 4 * rounds * pairs)
      const vectors = rounds * (S + near * 3200) * D
      assert.equal(4 * paper, 128 * pairs)
      assert.equal(rece.entry.bytes!(rece.params, sizes), (47 / 128) * 4 * paper + 4 * vectors)
      isNear(lossBytes(rece, sizes), 47 * pairs + 4 * vectors)
    })

    it('rece: few rounds and many, narrow vectors', async () => {
      for (const rounds of [1, 2, 5, 16]) {
        const rece = await lossOf({ name: 'rece', buckets: 32, rounds })
        const sizes = { ...at, width: 8, items: 3200 }
        isNear(lossBytes(rece, sizes), rece.entry.bytes!(rece.params, sizes))
      }
    })
  })
})

/** Of a network that is trained on the rows of a step. */
async function bytesOnRows(choice: Choice, { size, length, width, items }: LossSizes): Promise<number> {
  const model = { name: 'sasrec', dim: width, blocks: 1 }
  const chosen = {
    model: await choose<Model>('model', 'models/recommenders', model),
    loss: await lossOf(choice),
  }
  const ids = { shape: [size, length], dtype: 'int32' as const }
  const batch = { facts: { items, length }, shapes: { input: { history: ids }, target: ids } }
  const { budget } = openBudget('recommenders', {}, {})
  const engine = { device: 'cpu', threads: 1 } as const
  const network = await openSparseNetwork(chosen, batch, budget, engine, (weight) => rng(1, weight))
  await network.dispose()
  return network.lossBytes!
}
