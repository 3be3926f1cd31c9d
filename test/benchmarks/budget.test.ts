import assert from 'node:assert/strict'
import { budgetDefaults, openBudget, rateAt } from '../../benchmarks/budget.ts'
import { type Choice, choose } from '../../benchmarks/choice.ts'
import { loadMeasure } from '../../benchmarks/measure.ts'
import { openEngine, openOptimizer } from '../../benchmarks/network.ts'
import type { Loss, Model } from '../../contracts.ts'
import { whyNot } from '../../tensor/devices.ts'

describe('benchmarks/budget', () => {
  const open = (given: object) => openBudget('recommenders', { length: 32 }, { ...given })

  it('parts the keys of the loop from those of the track', () => {
    const { budget, forTrack } = open({ epochs: 3, length: 8 })
    assert.deepEqual(budget, { ...budgetDefaults, epochs: 3 })
    assert.deepEqual(forTrack, { length: 8 })
  })

  it('says what is wrong in one sentence', () => {
    const wrong = (given: object, message: RegExp) => assert.throws(() => open(given), message)
    wrong(
      { epoch: 3 },
      /^UserError: budget of recommenders: unknown param 'epoch' .*Did you mean 'epochs'\?$/,
    )
    wrong({ epochs: '3' }, /param 'epochs' must be a number like its default 1 \(got "3"\)/)
    wrong({ epochs: 0 }, /epochs must be a whole number from 1 \(got 0\)/)
    wrong({ batch: 2.5 }, /batch must be a whole number from 1 \(got 2.5\)/)
    wrong({ patience: -1 }, /patience must be a whole number from 0 \(got -1\)/)
    wrong({ warmup: 0.5 }, /warmup must be a whole number from 0 \(got 0.5\)/)
    wrong({ clip: -1 }, /clip must be a number from 0 \(got -1\)/)
    wrong({ checkpoint: -1 }, /checkpoint must be a number from 0 \(got -1\)/)
    wrong({ ema: 1 }, /ema must be a number from 0 to below 1 \(got 1\)/)
    wrong({ rate: 0 }, /rate must be a positive number \(got 0\)/)
    wrong(
      { decay: 'cosin' },
      /decay must be one of none, cosine, halve \(got 'cosin'\). Did you mean 'cosine'\?/,
    )
    assert.throws(() => openBudget('operators', {}, { length: 8 }), /unknown param 'length'/)
  })

  it('decays the rate', () => {
    const { budget } = open({ rate: 8 })
    assert.equal(rateAt(budget, 400, 9, 10), 8)
    const cosine = { ...budget, decay: 'cosine' }
    assert.equal(rateAt(cosine, 1, 0, 10), 8)
    assert.equal(rateAt(cosine, 1, 10, 10), 0)
    // cos(π/2) is 6e-17 in f64
    assert.ok(Math.abs(rateAt(cosine, 1, 5, 10) - 4) < 1e-15 * 8)
    // Four steps up in quarters, then half a cosine over the six that are left.
    const warm = { ...cosine, warmup: 4 }
    assert.deepEqual(
      [0, 1, 2, 3, 4, 10].map((done) => rateAt(warm, 1, done, 10)),
      [2, 4, 6, 8, 8, 0],
    )
    const halve = { ...budget, decay: 'halve', every: 2 }
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((epoch) => rateAt(halve, epoch, 0, 1)),
      [8, 8, 4, 4, 2],
    )
  })
})

describe('benchmarks: names in params', () => {
  it('chooses by name, or by name with overrides', async () => {
    const plain = await choose<Loss>('loss', 'losses/operators', 'relative-l2')
    assert.equal(plain.name, 'relative-l2')
    const { entry, params } = await choose<Model>('model', 'models/operators', { name: 'fno', width: 7 })
    assert.deepEqual(params, { ...entry.defaults, width: 7 })
  })

  it('refuses wrong names and params', async () => {
    const model = (choice: unknown) => choose<Model>('model', 'models/operators', choice as Choice)
    await assert.rejects(model('fnoo'), /model 'fnoo' not found in models\/operators .*Did you mean 'fno'\?/)
    await assert.rejects(model({ name: 'fno', widht: 3 }), /model fno: unknown param 'widht'/)
    await assert.rejects(model({ width: 3 }), /model: expected a name, or \{ name, … \}/)
  })

  it('reads the cut-off of a metric', async () => {
    const at2 = await loadMeasure('recommenders', 'hit-rate@2')
    const predicted = { rows: 2, data: { user: Int32Array.of(1, 2), items: Int32Array.of(4, 5, 6, 7, 8, 9) } }
    const truth = { rows: 2, data: { user: Int32Array.of(1, 2), target: Int32Array.of(5, 9) } }
    assert.equal(at2.name, 'hit-rate@2')
    assert.equal(at2.measure(predicted, truth, { items: 9 }).value, 0.5)
    await assert.rejects(loadMeasure('recommenders', 'ndcg@ten'), /cut-off after @ .* \(got 'ten'\)/)
    await assert.rejects(loadMeasure('recommenders', 'ndgc@10'), /metric 'ndgc' not found/)
  })

  it('opens an optimizer', () => {
    const { budget } = openBudget('operators', {}, { settings: { beta2: 0.98 } })
    const params = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8 }
    assert.deepEqual(openOptimizer(budget), { name: 'adam', params })
    const refused = { ...budget, optimizer: 'adamax' }
    assert.throws(
      () => openOptimizer(refused),
      /optimizer must be one of adam, adamw, lion, muon, sgd, soap \(got 'adamax'\)/,
    )
    const unknown = { ...budget, settings: { beta: 1 } }
    assert.throws(() => openOptimizer(unknown), /optimizer adam: unknown param 'beta'/)
  })

  for (const [optimizer, setting, value, words] of [
    ['adam', 'beta1', 1, 'a number from 0 to below 1'],
    ['adam', 'epsilon', 0, 'a positive number'],
    ['sgd', 'momentum', -0.1, 'a number from 0 to below 1'],
    ['adamw', 'decay', -1, 'a number from 0'],
    ['muon', 'steps', 2.5, 'a whole number from 1'],
    ['soap', 'every', 0, 'a whole number from 1'],
  ] as const)
    it(`refuses ${setting} = ${value} of ${optimizer}`, () => {
      const { budget } = openBudget('operators', {}, { optimizer, settings: { [setting]: value } })
      assert.throws(() => openOptimizer(budget), {
        message: `optimizer ${optimizer}: ${setting} must be ${words} (got ${value})`,
      })
    })

  it('opens an engine', async () => {
    assert.deepEqual(await openEngine({}), { device: 'cpu', threads: 1 })
    assert.deepEqual(await openEngine({ device: 'eager' }), { device: 'eager', threads: 1 })
    await assert.rejects(
      openEngine({ device: 'tpu' }),
      /device must be one of cpu, webgpu, cuda, tensorflow, eager, gpu \(got 'tpu'\)/,
    )
    await assert.rejects(openEngine({ threads: 0 }), /threads must be a whole number from 1 \(got 0\)/)
  })

  it('opens the device tensorflow, or says what it needs', async () => {
    const missing = await whyNot('tensorflow')
    const open = openEngine({ device: 'tensorflow' })
    if (missing === null) assert.equal((await open).device, 'tensorflow')
    else
      await assert.rejects(
        open,
        /^UserError: engine: device 'tensorflow' needs one of @tensorflow\/tfjs-node-gpu, /,
      )
  })
})
