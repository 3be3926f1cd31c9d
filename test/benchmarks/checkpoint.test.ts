import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { train } from '../../benchmarks/train.ts'
import type { Params } from '../../contracts.ts'
import { memoryJournal, testContext } from '../context.ts'
import { makeRecommenders, temporary } from './toy-datasets.ts'

/** A state on disk before every step. */
const ALWAYS = 1e-9

describe('benchmarks/checkpoint', () => {
  const ready = temporary().then(async (root) => {
    await makeRecommenders(join(root, 'walks'))
    return root
  })
  /** Dropout, a memory of the optimizer, an average and a best epoch: all that a state must hold. */
  const requestOf = (budget: Params) => ({
    track: 'recommenders',
    model: { name: 'sasrec', dim: 8, blocks: 1, dropout: 0.2 },
    loss: 'ce',
    seed: 3,
    engine: { device: 'cpu' },
    budget: { epochs: 6, batch: 10, length: 4, rate: 0.05, patience: 4, ema: 0.6, ...budget },
  })
  /** All files but what was measured, the journal, and what a killed write left: the pipeline sweeps that out. */
  const filesOf = async (out: string) => {
    const names = (await readdir(out)).filter((name) => !/^cost\.json$|\.jsonl$|\.tmp$/.test(name)).sort()
    return Promise.all(
      names.map(async (name) => [name, (await readFile(join(out, name))).toString('base64')]),
    )
  }
  const whole = async (name: string, budget: Params) => {
    const root = await ready
    const places = { data: join(root, 'walks'), out: join(root, name) }
    const facts = await train(requestOf(budget), places, testContext(root))
    return { files: await filesOf(places.out), steps: facts.steps as number }
  }

  for (const optimizer of ['adam', 'soap'])
    it(`goes on to the same bytes after being stopped at every step but a few: ${optimizer}`, async () => {
      const root = await ready
      const budget = { optimizer, checkpoint: 1e4 } // never due: the states are those of the stops
      const wanted = await whole(`whole-${optimizer}`, budget)
      const places = { data: join(root, 'walks'), out: join(root, `stopped-${optimizer}`) }
      const journal = memoryJournal()
      const seen: number[] = []
      let stops = 0
      for (let isDone = false; !isDone; ) {
        const abort = new AbortController()
        // 1, 2, 3, 1, 2, 3, … steps at a time: stops fall on ends of epochs and between them.
        let left = (stops % 3) + 1
        const progress = (done: number) => {
          seen.push(done)
          if (--left === 0) abort.abort(new Error('stopped'))
        }
        try {
          await train(
            requestOf(budget),
            places,
            testContext(root, { journal, progress, signal: abort.signal }),
          )
          isDone = true
        } catch (error) {
          assert.match(String(error), /stopped/)
          stops++
        }
      }
      assert.ok(stops >= 3, `${stops} stops`)
      // Each step once: a stop costs nothing, be it at the end of an epoch, before the valid split is predicted.
      assert.deepEqual(
        seen,
        Array.from({ length: wanted.steps }, (_, i) => i + 1),
      )
      assert.deepEqual(await filesOf(places.out), wanted.files)
    })

  it('is begun anew without a receipt in the journal, whatever lies in the folder', async () => {
    const root = await ready
    const out = join(root, 'no-receipt')
    const abort = new AbortController()
    const progress = () => abort.abort(new Error('stopped'))
    const places = { data: join(root, 'walks'), out }
    const stopped = train(requestOf({}), places, testContext(root, { progress, signal: abort.signal }))
    await assert.rejects(stopped, /stopped/)
    assert.ok((await readdir(out)).includes('checkpoint.safetensors'))
    const seen: number[] = []
    await train(requestOf({}), places, testContext(root, { progress: (done) => seen.push(done) }))
    assert.equal(seen[0], 1)
    assert.ok(!(await readdir(out)).includes('checkpoint.safetensors'))
  })

  it('survives kill -9: the same curve and the same bytes', async () => {
    const root = await ready
    const budget = { checkpoint: ALWAYS }
    const wanted = await whole('whole-kill', budget)
    const out = join(root, 'killed')
    await mkdir(out)
    const args = { request: requestOf(budget), data: join(root, 'walks'), out, journal: join(out, 'j.jsonl') }
    const at = 2 + (process.pid % (wanted.steps - 3))
    const first = await childUntil(args, at)
    assert.equal(first.signal, 'SIGKILL', `killed after step ${at}`)
    const second = await childUntil(args, Number.POSITIVE_INFINITY)
    assert.equal(second.code, 0, `killed after step ${at}`)
    // A state is written before a step: of those that were reported, one may be taken again.
    assert.ok(
      second.steps[0]! >= at && second.steps[0]! > 1,
      `killed after ${at}, resumed with ${second.steps[0]}`,
    )
    assert.deepEqual(await filesOf(out), wanted.files, `killed after step ${at}`)
  })
})

/** Kills the child as soon as it says that it has taken this step. */
function childUntil(args: object, step: number) {
  const file = join(import.meta.dirname, 'train-child.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(args)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const steps: number[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    steps.push(Number(line))
    if (Number(line) === step) child.kill('SIGKILL')
  })
  return new Promise<{ code: number | null; signal: string | null; steps: number[] }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, steps }))
  })
}
