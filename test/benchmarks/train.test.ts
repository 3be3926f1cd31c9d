import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCost, readSubmission } from '../../benchmarks/submission.ts'
import { loadTrack } from '../../benchmarks/track.ts'
import { train } from '../../benchmarks/train.ts'
import type { Params } from '../../contracts.ts'
import { readParquet } from '../../io/parquet.ts'
import { readSafetensors } from '../../io/safetensors.ts'
import { testContext } from '../context.ts'
import { fieldRows, makeOperators, makeRecommenders, temporary } from './toy-datasets.ts'

/** x̂ = w · rhs with one weight: every number of a run can be checked by hand. */
const LINEAR = `
export default {
  about: 'One weight times the right-hand side',
  defaults: { start: 'zeros' },
  build: ({ start }, _facts, init) => {
    const w = init.weight('w', [1], start)
    return ({ rhs }) => ({ x: rhs.mul(w) })
  },
}`
/** mean (x̂ − x)²; with \`noise\` a random number is added to it: the loss changes, the gradient does not. */
const SQUARES = `
export default {
  about: 'Mean square',
  defaults: { noise: false },
  value: ({ x }, { target }, { noise }, draw) => {
    const loss = x.sub(target).square().mean().asScalar()
    return noise ? loss.add(draw('shift', [1], 'uniform').sum()).asScalar() : loss
  },
}`

describe('benchmarks/train', () => {
  const ready = temporary().then(async (root) => {
    await makeOperators(join(root, 'fields'))
    await makeRecommenders(join(root, 'walks'))
    await writeFile(join(root, 'linear.mjs'), LINEAR)
    await writeFile(join(root, 'squares.mjs'), SQUARES)
    return root
  })
  let runs = 0
  const linear = async (
    budget: Params,
    more: { loss?: Params; data?: string; seed?: number; ctx?: object; engine?: Params } = {},
  ) => {
    const root = await ready
    const out = join(root, `run${runs++}`)
    const request = {
      track: 'operators',
      model: join(root, 'linear.mjs'),
      loss: { name: join(root, 'squares.mjs'), ...more.loss },
      seed: more.seed ?? 0,
      budget: { optimizer: 'sgd', ...budget },
      engine: more.engine ?? { device: 'eager' },
    }
    const facts = await train(
      request,
      { data: join(root, more.data ?? 'fields'), out },
      testContext(root, more.ctx),
    )
    const history = (await readFile(join(out, 'history.csv'), 'utf8')).trim().split('\n')
    return { out, facts, history }
  }

  it('takes the steps that a hand would take', async () => {
    const rate = 0.3
    const { out, facts, history } = await linear({ epochs: 2, batch: 10, rate })
    // All ten rows are one batch, so shuffling changes nothing: dL/dw = mean 2 (w b − x) b, twice from w = 0.
    const { rhs, x } = fieldRows(10, 'train').data as { rhs: Float32Array; x: Float64Array }
    const mean = (f: (b: number, y: number) => number) =>
      rhs.reduce((sum, b, i) => sum + f(b, x[i]!), 0) / rhs.length
    const first = -rate * mean((b, y) => 2 * (0 * b - y) * b)
    const second = first - rate * mean((b, y) => 2 * (first * b - y) * b)
    const weights = await readSafetensors(join(out, 'weights.safetensors'))
    // Two steps in float32: a few roundings of 6e-8, relative.
    assert.ok(Math.abs(weights.get('w')!.data[0]! - second) < 1e-6 * second)

    assert.deepEqual([facts.status, facts.steps, facts.epochs, facts.kept], ['trained', 2, 2, 2])
    const [head, ...lines] = history
    assert.equal(head, 'epoch,loss,valid')
    const losses = [0, first].map((w) => mean((b, y) => (w * b - y) ** 2))
    for (const [e, line] of lines.entries()) {
      const [epoch, loss, valid] = line.split(',').map(Number)
      assert.equal(epoch, e + 1)
      // A float32 mean of 250 squares.
      assert.ok(Math.abs(loss! - losses[e]!) < 1e-5 * losses[e]!, line)
      assert.ok(Math.abs(valid! - relativeL2([first, second][e]!)) < 1e-5, line)
    }
    const predictions = await readParquet(join(out, 'predictions.parquet'))
    const test = fieldRows(5, 'test').data.rhs as Float32Array
    assert.equal(predictions.rows, 5)
    const w = weights.get('w')!.data[0]!
    assert.deepEqual(
      predictions.data.x,
      test.map((b) => Math.fround(b * w)),
    )
  })

  it('cuts the gradient to a length', async () => {
    const [rate, clip] = [0.5, 1e-3]
    const { out, facts } = await linear({ epochs: 3, batch: 10, rate, clip })
    const { rhs, x } = fieldRows(10, 'train').data as { rhs: Float32Array; x: Float64Array }
    let wanted = 0
    for (let step = 0; step < 3; step++) {
      const g = rhs.reduce((sum, b, i) => sum + 2 * (wanted * b - x[i]!) * b, 0) / rhs.length
      assert.ok(Math.abs(g) > 5 * clip, 'or nothing is cut')
      wanted -= (rate * g * clip) / (Math.abs(g) + 1e-6)
    }
    const [w] = (await readSafetensors(join(out, 'weights.safetensors'))).get('w')!.data
    // The length is given; the gradient enters by 1e-6 / |g| alone. What is left are roundings of float32.
    assert.ok(Math.abs(w! - wanted) < 1e-6 * Math.abs(wanted), `${w} is not ${wanted}`)
    assert.equal(facts.steps, 3)
  })

  it('keeps the average of the weights where it is asked for', async () => {
    const each: number[] = []
    for (const epochs of [1, 2, 3]) {
      const { out } = await linear({ epochs, batch: 10, rate: 0.3 })
      each.push((await readSafetensors(join(out, 'weights.safetensors'))).get('w')!.data[0]!)
    }
    const { out, history } = await linear({ epochs: 3, batch: 10, rate: 0.3, ema: 0.25 })
    const [average] = (await readSafetensors(join(out, 'weights.safetensors'))).get('w')!.data
    // Decays min(0.25, 2/11), then 0.25 = 3/12, then 0.25; from w = 0.
    let wanted = 0
    for (const [i, w] of each.entries()) wanted += (1 - Math.min(0.25, (2 + i) / (11 + i))) * (w - wanted)
    assert.ok(Math.abs(average! - wanted) < 1e-6 * wanted, `${average} is not ${wanted}`)
    const valid = Number(history[3]!.split(',')[2])
    assert.ok(Math.abs(valid - relativeL2(wanted)) < 1e-5, 'and that is what was validated')
  })

  it('writes a run that says how it was made, and what it cost beside it', async () => {
    const { out } = await linear({ epochs: 1, batch: 4, decay: 'cosine' })
    const { method, dataset, by, about } = await readSubmission(join(out, 'run.json'))
    assert.equal(about, 'linear trained with squares for 1 epoch')
    assert.deepEqual([method.model, method.loss, method.seed, method.parameters], ['linear', 'squares', 0, 1])
    assert.deepEqual(method.params.model, { start: 'zeros' })
    assert.deepEqual(method.params.engine, { device: 'eager', threads: 1 })
    const budget = method.params.budget as Params
    assert.deepEqual([budget.epochs, budget.batch, budget.decay, budget.optimizer], [1, 4, 'cosine', 'sgd'])
    assert.deepEqual([dataset.name, by.name], ['toy-fields', 'fieldrank'])
    const cost = await readCost(join(out, 'cost.json'))
    assert.ok(cost.trainSeconds > 0 && cost.predictSeconds > 0 && cost.peakBytes! > 1e7)
    assert.match(cost.device, /^eager \(/)
    assert.ok((await readFile(join(out, 'model.onnx'))).length > 100)
  })

  it('counts steps, drops the last partial batch, and makes one batch of few rows', async () => {
    const ticks: string[] = []
    const ctx = {
      progress: (done: number, total: number, unit: string) => ticks.push(`${done}/${total} ${unit}`),
    }
    assert.equal((await linear({ epochs: 3, batch: 4 }, { ctx })).facts.steps, 6) // 10 rows: two batches of four
    assert.deepEqual([ticks.length, ticks[0], ticks[5]], [6, '1/6 steps', '6/6 steps'])
    assert.equal((await linear({ epochs: 2, batch: 64 })).facts.steps, 2)
  })

  it('stops when nothing got better, and keeps the best weights', async () => {
    // The curvature is 2 mean b², about 2, so at this rate w swings around its minimum, a little wider every time.
    const long = await linear({ epochs: 30, batch: 10, rate: 1.02, patience: 3 })
    const valid = long.history.slice(1).map((line) => Number(line.split(',')[2]))
    const best = valid.indexOf(Math.min(...valid)) + 1
    assert.ok(best > 1, `best epoch ${best}`)
    assert.equal(long.facts.status, 'stopped early')
    assert.equal(long.facts.kept, best)
    assert.equal(long.facts.epochs, best + 3)
    assert.equal(long.facts.valid, Math.min(...valid))
    const short = await linear({ epochs: best, batch: 10, rate: 1.02 })
    const weights = await Promise.all(
      [long, short].map(({ out }) => readFile(join(out, 'weights.safetensors'))),
    )
    assert.deepEqual(weights[0], weights[1])
  })

  it('ends with the last sound weights when the loss is no longer finite', async () => {
    // Each step multiplies the error by about −1e6; squares leave float32 (3e38) at the fourth.
    const { facts, out } = await linear({ epochs: 20, batch: 10, rate: 1e6 })
    assert.equal(facts.status, 'diverged')
    assert.ok(facts.kept === facts.epochs && (facts.epochs as number) < 6)
    const { data } = await readParquet(join(out, 'predictions.parquet'))
    assert.ok((data.x as Float32Array).every(Number.isFinite))
    assert.match((await readSubmission(join(out, 'run.json'))).about, /then diverged$/)
  })

  it('is an error when not one epoch was sound', async () => {
    await assert.rejects(
      linear({ epochs: 2, batch: 2, rate: 1e30 }),
      /UserError: linear_squares_0 on toy-fields: the loss was not finite at step \d\. Try a smaller rate/,
    )
  })

  it('draws other noise at every step, the same in every run', async () => {
    const noisy = await linear({ epochs: 3, batch: 10, rate: 1e-9 }, { loss: { noise: true } })
    const losses = noisy.history.slice(1).map((line) => line.split(',')[1])
    assert.equal(new Set(losses).size, 3)
    const again = await linear({ epochs: 3, batch: 10, rate: 1e-9 }, { loss: { noise: true } })
    assert.deepEqual(again.history, noisy.history)
  })

  it('gives up at once when asked to', async () => {
    const abort = new AbortController()
    const progress = (done: number) => done === 2 && abort.abort(new Error('enough'))
    await assert.rejects(
      linear({ epochs: 9, batch: 5 }, { ctx: { signal: abort.signal, progress } }),
      /enough/,
    )
  })

  it('trains without a valid split, but not with patience, and says what is wrong', async () => {
    await makeOperators(join(await ready, 'no-valid'), { train: 4, valid: 0, test: 2 })
    const { history, facts } = await linear({ batch: 2 }, { data: 'no-valid' })
    assert.match(history[1]!, /^1,[^,]+,$/)
    assert.equal(facts.valid, null)
    await assert.rejects(linear({ patience: 1 }, { data: 'no-valid' }), /patience needs a valid split/)
    await makeOperators(join(await ready, 'no-train'), { train: 0, valid: 1, test: 2 })
    await assert.rejects(linear({}, { data: 'no-train' }), /the train split has no rows/)
    await assert.rejects(linear({}, { seed: -1 }), /seed must be a whole number from 0 \(got -1\)/)
    await assert.rejects(linear({}, { data: 'walks' }), /toy-walks: is a dataset of the track recommenders/)
  })

  const walks = async (device: string, out: string, epochs: number, length = 4, dropout = 0.1) => {
    const root = await ready
    const model = { name: 'sasrec', dim: 8, blocks: 1, dropout }
    const request = { track: 'recommenders', model, loss: 'ce', seed: 3, engine: { device } }
    const budget = { epochs, batch: 10, length, rate: 0.03 }
    const places = { data: join(root, 'walks'), out: join(root, out) }
    const { valid } = await train({ ...request, budget }, places, testContext(root))
    const names = ['weights.safetensors', 'predictions.parquet', 'model.onnx', 'history.csv', 'run.json']
    return { valid, files: await Promise.all(names.map((name) => readFile(join(places.out, name)))) }
  }

  for (const device of ['eager', 'cpu']) {
    it(`repeats itself to the byte on ${device}`, async () => {
      const [first, second] = [await walks(device, `${device}0`, 2), await walks(device, `${device}1`, 2)]
      assert.deepEqual(first, second)
    })
  }

  it('takes the same steps whether network and loss see all places or those that hold an item', async () => {
    const track = await loadTrack('recommenders')
    const { open } = track
    const [long, root] = [8, await ready] // 2 to 5 of 8 places hold one
    const run = async (name: string) => {
      await walks('cpu', name, 2, long, 0) // masks are drawn for as many places as there are
      const weights = await readSafetensors(join(root, name, 'weights.safetensors'))
      return { weights, bytes: (await readCost(join(root, name, 'cost.json'))).lossBytes! }
    }
    const few = await run('known-places')
    track.open = async (...of) => {
      const { mostKnown: _, ...opened } = await open(...of)
      return opened
    }
    const all = await run('all-places').finally(() => {
      track.open = open
    })
    assert.ok(few.bytes < 0.75 * all.bytes, `${few.bytes} and ${all.bytes} bytes`)
    for (const [name, { data }] of all.weights) {
      const others = few.weights.get(name)!.data
      const gap = Math.max(...Array.from(data, (value, i) => Math.abs(value - others[i]!)))
      assert.ok(gap < 1e-4, `${name}: ${gap}`) // 4 steps of 0.03; a product of other sizes rounds otherwise
    }
  })

  it('learns where a walk goes on', async () => {
    const { valid } = await walks('cpu', 'long', 15)
    // A list in random order of the ten items or so that are left scores 0.45.
    assert.ok((valid as number) > 0.75, `NDCG@10 ${valid}`)
  })
})

/** ‖w b − x‖ / ‖x‖, mean over the rows of the valid split, in f64. */
function relativeL2(w: number): number {
  const { rows, data } = fieldRows(3, 'valid')
  const [rhs, x] = [data.rhs as Float32Array, data.x as Float64Array]
  const width = x.length / rows
  let total = 0
  for (let r = 0; r < rows; r++) {
    let [error, size] = [0, 0]
    for (let i = r * width; i < (r + 1) * width; i++) {
      error += (w * rhs[i]! - x[i]!) ** 2
      size += x[i]! ** 2
    }
    total += Math.sqrt(error / size) / rows
  }
  return total
}
