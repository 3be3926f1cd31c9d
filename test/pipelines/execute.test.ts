// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Executor } from '../../contracts.ts'
import { inProcess } from '../../pipelines/executors/in-process.ts'
import { failureOf } from '../../pipelines/failure.ts'
import { readLock } from '../../pipelines/lock.ts'
import { mistakeOf, runToy, TOY_PIPELINE, type Toy, toy, treeHash } from './toy.ts'

const ALL = ['rows@1', 'rows@2', 'sum@1', 'sum@2', 'total']

describe('pipelines/execute', () => {
  let one: Toy
  let root: string
  beforeEach(() => {
    one = toy()
    root = join(one.data, 'toy')
  })
  afterEach(() => one.remove())
  const made = (lines: string[]) =>
    lines.filter((line) => line.startsWith('made ')).map((line) => line.slice(5))

  it('makes everything, each stage after what it needs, and then has nothing to do', async () => {
    const first = await runToy(one)
    assert.deepEqual(made(first.lines).sort(), ALL)
    assert.equal(made(first.lines).at(-1), 'total')
    assert.equal(readFileSync(join(root, 'sums/1/sum.txt'), 'utf8').split('\n').length, 7) // 3 files: name, row
    assert.deepEqual(readdirSync(root).sort(), ['.hashes.json', 'lock.yaml', 'rows', 'sums', 'total'])
    const second = await runToy(one)
    assert.deepEqual([second.lines, second.reasons.size], [[], 0])
    assert.ok([...second.outcomes.values()].every((outcome) => outcome === 'kept'))
  })

  it('writes facts, hashes and reasons into the lock', async () => {
    await runToy(one)
    const entry = readLock(root).get('sum@1')!
    assert.deepEqual(entry.facts, { bytes: statSync(join(root, 'sums/1/sum.txt')).size })
    assert.deepEqual(Object.keys(entry.deps), ['rows/1'])
    assert.deepEqual(entry.deps['rows/1'], readLock(root).get('rows@1')!.outs['rows/1'])
    assert.deepEqual(Object.keys(entry.code), [`${one.stages}/sum.mjs`])
    assert.equal(entry.seed, 7)
  })

  it('runs again what changed and what that touches, and says why', async () => {
    await runToy(one)
    const { lines, reasons } = await runToy(one, { axis: ['value=1,3'] })
    assert.deepEqual(made(lines), ['rows@3', 'sum@3', 'total'])
    assert.deepEqual(
      [...reasons],
      [
        ['rows@3', ['never ran']],
        ['sum@3', ['never ran']],
        ['total', ['sum@3 runs before it']],
      ],
    )
    const shards = await runToy(one, { set: ['shards=2'] })
    assert.deepEqual(shards.reasons.get('rows@1'), ['params.shards 3 → 2'])
    assert.deepEqual(shards.reasons.get('total'), ['sum@1 and 1 more runs before it'])
    const seed = await runToy(one, { set: ['shards=2', 'seed=8'] })
    assert.deepEqual(seed.reasons.get('rows@2'), ['seed 7 → 8'])
    assert.deepEqual(made(seed.lines).sort(), ALL)
  })

  it('does not go on where inputs were made anew and came out the same', async () => {
    await runToy(one)
    const { lines } = await runToy(one, { set: ['pause=1'] }) // other params, the same rows
    assert.deepEqual(lines.sort(), ['kept sum@1', 'kept sum@2', 'kept total', 'made rows@1', 'made rows@2'])
  })

  it('runs only what is asked for, with what that needs', async () => {
    assert.deepEqual(made((await runToy(one, { only: ['sum@2'] })).lines), ['rows@2', 'sum@2'])
    assert.deepEqual(made((await runToy(one, { only: ['sum'] })).lines), ['rows@1', 'sum@1'])
    const forced = await runToy(one, { only: ['sum'], force: true })
    assert.deepEqual(made(forced.lines).sort(), ['sum@1', 'sum@2'])
    assert.deepEqual(forced.reasons.get('sum@1'), ['asked for by --force'])
  })

  it('makes again what was lost or spoiled', async () => {
    await runToy(one)
    rmSync(join(root, 'rows/1'), { recursive: true })
    appendFileSync(join(root, 'sums/2/sum.txt'), 'x')
    writeFileSync(join(root, 'rows/2/cost.json'), 'costs may change')
    const { lines, reasons } = await runToy(one)
    assert.deepEqual(reasons.get('rows@1'), ['output rows/1 is missing'])
    assert.deepEqual(reasons.get('sum@2'), ['output sums/2 is not what was made'])
    assert.deepEqual(lines.sort(), ['kept sum@1', 'kept total', 'made rows@1', 'made sum@2'])
  })

  it('runs again what a change of code touches, or takes the new code as it is', async () => {
    await runToy(one)
    appendFileSync(join(one.stages, 'sum.mjs'), '// a remark\n')
    const accepted = await runToy(one, {}, { acceptCode: true })
    assert.deepEqual(accepted.lines, ['accepted sum@1 sum@2 total'])
    appendFileSync(join(one.stages, 'sum.mjs'), '// another\n')
    const { reasons, lines } = await runToy(one)
    assert.deepEqual(reasons.get('sum@1'), [`code of ${one.stages}/sum.mjs changed`])
    assert.deepEqual(lines.sort(), ['made sum@1', 'made sum@2', 'made total'])
  })

  it('does not wave through with the code what changed otherwise', async () => {
    await runToy(one)
    appendFileSync(join(one.stages, 'rows.mjs'), '// a remark\n')
    const { lines } = await runToy(one, { set: ['shards=2'] }, { acceptCode: true })
    assert.deepEqual(made(lines).sort(), ALL)
  })

  it('takes the stages below a failure with it, and stops there unless told to go on', async () => {
    const failing = TOY_PIPELINE.replace(
      '  total:',
      '  odd: { matrix: { how: ["${how}"] }, run: fail, params: { how: "${item.how}" }, outs: ["odd/${item.how}"] }\n  after: { foreach: [odd], run: sum, deps: ["${each.out}"], outs: ["after/${each.name}"] }\n  total:',
    ).replace('pause: 0', 'pause: 30\n    how: mistake')
    one.write('pipeline.yaml', failing)
    const stopped = await runToy(one, {}, { jobs: 1 })
    assert.deepEqual(
      stopped.lines.filter((line) => line.startsWith('failed')),
      ['failed odd@mistake: three rows are odd'],
    )
    assert.equal(stopped.outcomes.get('after@mistake'), 'skipped')
    assert.equal(stopped.outcomes.get('total'), 'skipped')
    const went = await runToy(one, {}, { jobs: 1, keepGoing: true })
    assert.deepEqual([went.outcomes.get('after@mistake'), went.outcomes.get('total')], ['skipped', 'made'])
    assert.deepEqual(went.failures, [{ message: 'three rows are odd', isUser: true }])
    assert.ok((await runToy(one, { set: ['how=bug'] })).failures[0]!.stack!.startsWith('Error: a bug\n'))
    assert.equal(
      (await runToy(one, { set: ['how=nothing'] })).failures[0]!.message,
      "stage 'odd@nothing' wrote nothing to its out 'odd/nothing'",
    )
  })

  it('keeps the old output until the new one is whole', async () => {
    await runToy(one)
    const before = treeHash(root)
    const only = ['rows@1']
    const { failures } = await runToy(one, { only, set: ['shards=4'] }, { executor: failAfter(one, 2) })
    assert.equal(failures.length, 1)
    assert.equal(treeHash(root), before)
    const half = readdirSync(join(root, '.partial/rows/1'))
    assert.deepEqual(half, ['rows-0.txt', 'rows-1.txt'])
  })

  it('goes on from the journal, sweeps what a killed write left, and starts over when the key changed', async () => {
    await runToy(one, {}, { executor: failAfter(one, 2), jobs: 1 })
    const partial = join(root, '.partial/rows/1')
    writeFileSync(join(partial, 'rows-2.txt.99.tmp'), 'half')
    const { lines } = await runToy(one)
    assert.deepEqual(made(lines).sort(), ALL)
    assert.deepEqual(readLock(root).get('rows@1')!.facts, { shards: 3, made: 1 })
    assert.deepEqual(readdirSync(join(root, 'rows/1')), [
      'cost.json',
      'rows-0.txt',
      'rows-1.txt',
      'rows-2.txt',
    ])

    await runToy(one, { set: ['shards=4'] }, { executor: failAfter(one, 2), jobs: 1 })
    writeFileSync(join(partial, 'stray.txt'), 'from another key')
    await runToy(one, { set: ['shards=5'] })
    assert.deepEqual(readLock(root).get('rows@1')!.facts, { shards: 5, made: 5 })
    assert.equal(existsSync(join(root, 'rows/1/stray.txt')), false)
  })

  it('runs no more stages at once than the limit of their device', async () => {
    const values = Array.from({ length: 9 }, (_, i) => i)
    one.write('pipeline.yaml', TOY_PIPELINE.replace('[1, 2]', JSON.stringify(values)))
    for (const jobs of [1, 3]) {
      const waiting: (() => void)[] = []
      let most = 0
      // A stage ends when `jobs` of them are running; were there never so many, this would not end.
      const executor: Executor = async (stage, ctx) => {
        const gate = new Promise<void>((resolve) => waiting.push(resolve))
        most = Math.max(most, waiting.length)
        if (waiting.length === jobs)
          setTimeout(() => {
            for (const open of waiting.splice(0)) open()
          }, 5)
        await gate
        return inProcess(one.stages)(stage, ctx)
      }
      await runToy(one, { only: ['rows'], force: true }, { executor, jobs })
      assert.equal(most, jobs)
    }
  })

  it('gives a stage nothing it has not asked for', async () => {
    const executor: Executor = async (_stage, ctx) => {
      ctx.dep('sums/1')
      return {}
    }
    const { failures } = await runToy(one, { only: ['rows@1'] }, { executor })
    assert.equal(failures[0]!.message, "stage 'rows@1' asks for 'sums/1', which is not among its deps")
  })

  it('refuses a folder it cannot make, in a sentence', async () => {
    one.write('data', 'a file')
    const failure = failureOf(await runToy(one).catch((error) => error))
    assert.deepEqual(failure, {
      message: `${root}: part of this path is a file, and no folder`,
      isUser: true,
    })
  })

  it('says mistakes before it touches the data', async () => {
    assert.match(
      await mistakeOf(runToy(one, { only: ['tota'] })),
      /^unknown stage 'tota' .* Did you mean 'total'\?$/,
    )
    one.write(
      'pipeline.yaml',
      TOY_PIPELINE.replace('run: sum\n    deps: [sums]', 'run: summ\n    deps: [sums]'),
    )
    assert.match(await mistakeOf(runToy(one)), /^stage module 'summ' not found/)
    assert.equal(existsSync(one.data), false)
  })
})

/** Runs stages, but throws in the `n + 1`th record() of the stage rows@1, as if the process had ended there. */
function failAfter(one: Toy, n: number): Executor {
  return async (stage, ctx) => {
    let records = 0
    const record: typeof ctx.journal.record = async (shard, receipt) => {
      if (stage.id === 'rows@1' && records++ === n) {
        rmSync(join(ctx.out(stage.outs[0]!), `${shard}.txt`))
        throw new Error('ended here')
      }
      return ctx.journal.record(shard, receipt)
    }
    return inProcess(one.stages)(stage, { ...ctx, journal: { done: ctx.journal.done, record } })
  }
}
