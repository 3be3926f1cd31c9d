/** The example in TypeScript of docs/submit.md is the file beside this one, which the type checker reads, and it trains. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Loss, Model } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { compileStep } from '../../tensor/engine.ts'
import { collectWeights } from '../../tensor/init.ts'
import { lossOf, toyParams, toys } from '../contracts/toys.ts'
import example from './my-model.ts'

const SEED = 5

describe('docs/submit.md', () => {
  it('shows the model that is checked here, but for where it imports from', async () => {
    const text = await readFile('docs/submit.md', 'utf8')
    const shown = /```ts\n(.*?)```/s.exec(text)![1]!
    const own = await readFile('test/docs/my-model.ts', 'utf8')
    const imported = shown
      .replace("'fieldrank/tensor'", "'../../tensor/index.ts'")
      .replace("'fieldrank'", "'../../index.ts'")
    assert.equal(own, imported)
  })

  it('shows a model that our loop trains, on the device that it trains on', async function () {
    this.timeout(60_000)
    const model = example as unknown as Model
    const toy = toys.operators!()
    const weights = collectWeights(
      (init) => model.build(toyParams(model.defaults), toy.facts, init),
      (name) => rng(SEED, name),
    )
    const loss = lossOf(model, await load<Loss>('loss', 'losses/operators', toy.loss), toy.facts)
    const optimizer = { name: 'adam' }
    const step = await compileStep(
      { weights, feeds: toy.feeds, loss, optimizer },
      { device: 'cpu', threads: 1 },
    )
    const losses: number[] = []
    for (let i = 0; i <= 30; i++) losses.push(await step.run(toy.feeds, {}, 1e-2))
    await step.dispose()
    assert.ok(losses.at(-1)! < 0.9 * losses[0]!, `${losses[0]} → ${losses.at(-1)}`)
  })
})
