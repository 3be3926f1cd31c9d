import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Params } from '../../contracts.ts'
import { type ChildOptions, type Children, children } from '../../pipelines/executors/child.ts'
import { readLock } from '../../pipelines/lock.ts'
import { runToy, type Toy, toy, treeHash } from './toy.ts'

/** A pipeline of stages without deps: 'a: run' each, with these params. */
const flat = (stages: Record<string, [run: string, params?: Params]>, limit = 1) => {
  const lines = Object.entries(stages).map(
    ([name, [run, params]]) =>
      `  ${name}: { run: ${run}, params: ${JSON.stringify(params ?? {})}, outs: [${name}] }\n`,
  )
  return `schema: 1\nseed: 1\nstages:\n${lines.join('')}profiles: { toy: { limits: { cpu: ${limit} } } }\n`
}

describe('pipelines/executors/child', () => {
  let one: Toy
  let root: string
  let pool: Children | undefined
  const told: number[][] = []
  const open = (options: Partial<ChildOptions> = {}) => {
    const onChildren = async (pids: readonly number[]) => void told.push([...pids])
    pool?.close() // a child that is left would keep the test run from ending
    pool = children({ stages: one.stages, env: { TOY: 'yes' }, onChildren, patience: 200, ...options })
    return { executor: pool.run, run: pool.run }
  }
  beforeEach(() => {
    one = toy()
    root = join(one.data, 'toy')
    told.length = 0
  })
  afterEach(() => {
    pool?.close()
    one.remove()
  })
  const facts = (id: string) => readLock(root).get(id)!.facts

  it('makes the same bytes as this process', async () => {
    const here = toy()
    try {
      await runToy(here)
      const { lines, failures } = await runToy(one, {}, open())
      assert.deepEqual([lines.length, failures], [5, []])
      assert.equal(treeHash(root), treeHash(join(here.data, 'toy')))
    } finally {
      here.remove()
    }
  })

  it('uses a process again and again, but for stages that want their own', async () => {
    one.write('pipeline.yaml', flat({ a: ['pid'], b: ['pid'], c: ['fresh'], d: ['fresh'], e: ['pid'] }))
    await runToy(one, {}, open())
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((id) => facts(id).pid)
    assert.deepEqual([b, e], [a, a])
    assert.equal(new Set([a, c, d, process.pid]).size, 4)
    assert.deepEqual(told, [[a], [a, c], [a, d]]) // each named before it was given work
  })

  it('tells a stage how many threads it may use, which no key knows of', async () => {
    const text = flat({ a: ['threads'] })
    one.write(
      'stages/threads.mjs',
      `import { writeFileSync } from 'node:fs'
      export default async (_, ctx) => {
        writeFileSync(ctx.out('a') + '/a.txt', 'a')
        return { workers: ctx.workers }
      }`,
    )
    const withWorkers = (workers: number) => text.replace('cpu: 1', `cpu: 1, workers: ${workers}`)
    one.write('pipeline.yaml', withWorkers(3))
    await runToy(one, {}, open())
    assert.equal(facts('a').workers, 3)
    one.write('pipeline.yaml', withWorkers(2))
    const { outcomes } = await runToy(one, {}, open())
    assert.deepEqual([...outcomes.values()], ['kept'])
  })

  it('lets a child see of the environment what it is given', async () => {
    one.write('pipeline.yaml', flat({ a: ['pid'] }))
    await runToy(one, {}, open())
    assert.match(String(facts('a').environment), /\bTOY\b/)
    assert.doesNotMatch(String(facts('a').environment), /\bPATH\b|\bHOME\b/)
  })

  it('tells the allocator of a process that ends with its stage to keep memory, and of no other', async () => {
    one.write('pipeline.yaml', flat({ a: ['pid'], b: ['fresh'] }))
    await runToy(one, {}, open())
    assert.match(String(facts('b').environment), /\bMALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_ TOY\b/)
    assert.doesNotMatch(String(facts('a').environment), /MALLOC/)
  })

  it('tells a mistake, a bug and a crash apart, and goes on with the next stage', async () => {
    const how = ['mistake', 'bug', 'killed', 'segfault', 'exit', 'nan']
    const stages = Object.fromEntries(how.map((one) => [one, ['fail', { how: one }] as [string, Params]]))
    one.write('pipeline.yaml', flat({ ...stages, last: ['pid'] }))
    const { lines, failures } = await runToy(one, {}, { ...open(), keepGoing: true })
    assert.deepEqual(lines, [
      'failed mistake: three rows are odd',
      'failed bug: a bug',
      "failed killed: stage 'killed': its process was killed by SIGKILL; most often that is too little memory",
      "failed segfault: stage 'segfault': its process was killed by SIGSEGV",
      "failed exit: stage 'exit': its process ended with exit code 7",
      'failed nan: canonical: NaN is not JSON',
      'made last',
    ])
    assert.deepEqual(
      failures.map(({ isUser }) => isUser),
      [true, false, false, false, false, false],
    )
    assert.match(failures[1]!.stack!, /^Error: a bug\n {4}at fail .*fail\.mjs/)
    assert.match(failures[4]!.stack!, /exit code 7\nlast words$/)
  })

  it('ends a stage that does not stop when asked, hanging or spinning', async () => {
    for (const how of ['hang', 'spin']) {
      one.write('pipeline.yaml', flat({ a: ['fail', { how }], b: ['pid'] }, 2))
      const stop = new AbortController()
      const { run } = open()
      const executor: typeof run = (stage, ctx) => run(stage, { ...ctx, log: () => stop.abort() })
      const options = { executor, signal: stop.signal, jobs: 1 }
      const { outcomes, isStopped, failures } = await runToy(one, {}, options)
      assert.deepEqual(
        [...outcomes],
        [
          ['a', 'stopped'],
          ['b', 'skipped'],
        ],
      )
      assert.deepEqual([isStopped, failures], [true, []])
    }
  })

  it('lets a stage that listens end its shard, and goes on from there', async () => {
    const stop = new AbortController()
    const set = ['pause=100', 'shards=6']
    const { run } = open({ patience: 5000 })
    const options = { signal: stop.signal, jobs: 1 }
    const executor: typeof run = (stage, ctx) =>
      run(stage, { ...ctx, progress: (done) => done === 2 && stop.abort() })
    const first = await runToy(one, { only: ['rows@1'], set }, { ...options, executor })
    assert.deepEqual([...first.outcomes], [['rows@1', 'stopped']])
    await runToy(one, { only: ['rows@1'], set }, open())
    assert.ok(Number(facts('rows@1').made) < 5, `${facts('rows@1').made} of 6 were made again`)
  })
})
