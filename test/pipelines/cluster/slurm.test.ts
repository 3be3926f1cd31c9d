import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPlan } from '../../../pipelines/cluster/plan.ts'
import { clusterSettings } from '../../../pipelines/cluster/settings.ts'
import { onSlurm } from '../../../pipelines/executors/slurm.ts'
import type { RunOptions } from '../../../pipelines/run.ts'
import { runToy, type Toy, toy, treeHash } from '../toy.ts'
import { type FakeQueue, fakeQueue } from './queue.ts'

const PIPELINE = `schema: 1
seed: 7
stages:
  pieces:
    matrix:
      value: \${values}
    run: pieces
    params: { value: "\${item.value}", shards: "\${shards}", fails: "\${fails}", until: "\${until}", how: "\${how}", pause: "\${pause}" }
    outs: ["pieces/\${item.value}"]
  pid:
    foreach: [pieces]
    run: rows
    deps: ["\${each.out}"]
    params: { value: 1, shards: 2 }
    outs: ["rows/\${each.name}"]
  total:
    run: sum
    deps: [pieces, rows]
    outs: [total]
profiles:
  toy:
    limits: { cpu: 2 }
    values: [1, 2]
    shards: 5
    fails: -1
    until: nowhere
    how: bug
    pause: 0
`

describe('pipelines/executors/slurm, on a queue of this process', function () {
  this.timeout(60_000) // several runs of real stages on a loaded machine
  let one: Toy
  let root: string
  let queue: FakeQueue
  beforeEach(() => {
    one = toy(PIPELINE)
    root = join(one.data, 'toy')
    queue = fakeQueue()
  })
  afterEach(() => one.remove())

  const settings = (more = {}) =>
    clusterSettings(
      { runs: ['pieces', 'rows'], poll: 0.02, minute: 0, ...more },
      join(one.folder, 'none.yaml'),
    )
  const slurm = (more = {}): Partial<RunOptions> & { spawn: boolean } => ({
    spawn: true, // stages of seconds, and the ends of others, in children of this machine
    jobs: 100,
    cluster: (local, target) =>
      onSlurm(local, queue, settings(more), {
        root: target.root,
        stages: target.stages,
        command: ['node', 'main.js'],
      }),
  })
  const made = (lines: readonly string[]) => lines.filter((line) => line.startsWith('made ')).length

  it('makes what a run on this machine makes, byte for byte, in few arrays', async () => {
    const far = await runToy(one, {}, slurm())
    assert.deepEqual([made(far.lines), far.failures], [5, []])
    const here = toy(PIPELINE)
    try {
      await runToy(here)
      assert.equal(treeHash(root), treeHash(join(here.data, 'toy')))
    } finally {
      here.remove()
    }
    // 12 tasks in 3 to 6 arrays: first shards (to know how long one takes), the others, stages without shards, for two sets that
    // share an array when they ask within the same tenth of a second
    assert.equal(queue.started.length, 12)
    assert.ok(queue.scripts.length >= 3 && queue.scripts.length <= 6, `${queue.scripts.length} arrays`)
    assert.equal(queue.started.filter((task) => task.startsWith('pieces@1')).length, 5)
    assert.deepEqual(queue.started.filter((task) => task.includes('whole')).sort(), [
      'pid@1 whole--1',
      'pid@2 whole--1',
    ])
    assert.deepEqual((await runToy(one, {}, slurm())).lines, [])
  })

  it('groups shards until a task lasts long enough', async () => {
    await runToy(one, { only: ['pieces@1'], set: ['shards=9', 'pause=30'] }, slurm({ minute: 0.1 }))
    // a shard lasts 30 to 100 ms even where the machine is loaded: two to four make the tenth of a second
    const [first, ...others] = queue.started
    assert.equal(first, 'pieces@1 0-0')
    assert.ok(others.length >= 1 && others.length <= 4, others.join())
    const wide = others.map((task) => task.split(' ')[1]!.split('-').map(Number))
    assert.ok(wide.some(([from, last]) => last! > from!))
  })

  it('tries a task again, and gives up with the words of the task', async () => {
    const until = join(one.folder, 'mended')
    const set = ['fails=3', `until=${until}`]
    const { failures } = await runToy(one, { only: ['pieces@1'], set }, slurm({ retries: 1 }))
    assert.match(failures[0]!.message, /^piece 3 is odd/)
    assert.equal(queue.started.filter((task) => task === 'pieces@1 3-3').length, 2)
    queue.started.length = 0
    writeFileSync(until, '')
    const again = await runToy(one, { only: ['pieces@1'], set }, slurm())
    assert.deepEqual([made(again.lines), again.failures], [1, []])
    assert.deepEqual(queue.started, ['pieces@1 3-3']) // what was finished stays finished
  })

  it('asks no more about the others when a piece is lost', async () => {
    const set = ['fails=2', 'how=mistake', 'pause=300']
    let asked = 0
    const live = queue.live
    queue.live = (jobs) => {
      asked++
      return live(jobs)
    }
    const { failures } = await runToy(one, { only: ['pieces@1'], set }, slurm())
    assert.equal(failures.length, 1)
    const then = asked
    await new Promise((resolve) => setTimeout(resolve, 200)) // ten intervals; one question may have been under way
    assert.ok(asked <= then + 1, `${asked - then} more questions`)
  })

  it('does not try a mistake twice', async () => {
    const set = ['fails=2', 'how=mistake']
    const { failures } = await runToy(one, { only: ['pieces@1'], set }, slurm())
    assert.deepEqual(failures, [{ message: 'piece 2 is odd', isUser: true }])
    assert.equal(queue.started.filter((task) => task === 'pieces@1 2-2').length, 1)
  })

  it('hands in again what a dead node took with it', async () => {
    queue.hold()
    const run = runToy(one, { only: ['pieces@1'] }, slurm())
    while (queue.scripts.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    queue.lose()
    queue.go()
    const { lines, logs } = await run
    assert.equal(made(lines), 1)
    assert.match(
      logs.join('\n'),
      /^0-0: stage 'pieces@1' 0-0: its task fieldrank-pieces-\w+#0 ended, and left no log/,
    )
  })

  it('may be stopped: arrays go on, and the next run picks them up', async () => {
    queue.hold()
    const stop = new AbortController()
    const first = runToy(one, { only: ['pieces@1'] }, { ...slurm(), signal: stop.signal })
    while (queue.scripts.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    stop.abort()
    assert.equal((await first).isStopped, true)
    queue.go()
    const { lines } = await runToy(one, { only: ['pieces@1'] }, slurm())
    assert.equal(made(lines), 1)
    assert.equal(queue.started.filter((task) => task === 'pieces@1 0-0').length, 1)
  })

  it('says what a node cannot see', async () => {
    queue.hold()
    const run = runToy(one, { only: ['pieces@1'] }, slurm())
    while (queue.scripts.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    queue.exits.set('*', '99:0 on node7')
    queue.lose()
    const { failures } = await run
    assert.match(
      failures[0]!.message,
      /ended with 99:0 on node7: \S+ is not visible there\. It must lie on a file system/,
    )
    assert.equal(failures[0]!.isUser, true)
  })

  it('refuses a task whose code is not that of the plan', async () => {
    queue.hold()
    const stop = new AbortController()
    const run = runToy(one, { only: ['pieces@1'] }, { ...slurm(), signal: stop.signal })
    while (queue.scripts.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    stop.abort()
    await run
    const jobs = join(root, '.cluster', 'jobs')
    const plan = await readPlan(join(jobs, readdirSync(jobs)[0]!, 'plan.json'))
    one.write('stages/pieces.mjs', `${readFileSync(join(one.stages, 'pieces.mjs'), 'utf8')}\n// changed\n`)
    queue.go()
    const failed = join(
      root,
      '.cluster',
      'pieces@1',
      plan.entries['pieces@1']!.key.slice(0, 16),
      'failed',
      '0-0.json',
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(existsSync(failed), false) // it never began
    const { lines } = await runToy(one, { only: ['pieces@1'] }, slurm())
    assert.equal(made(lines), 1)
  })

  it('on this machine takes over what tasks have made, and makes the rest', async () => {
    queue.hold()
    const stop = new AbortController()
    const first = runToy(one, { only: ['pieces@1'] }, { ...slurm(), signal: stop.signal })
    while (queue.scripts.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    stop.abort()
    await first
    queue.go()
    while (queue.started.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    await new Promise((resolve) => setTimeout(resolve, 300)) // the task ends
    const { lines } = await runToy(one, { only: ['pieces@1'] }, { spawn: true })
    assert.equal(made(lines), 1)
    assert.equal(existsSync(join(root, '.cluster', 'pieces@1')), true)
    assert.deepEqual(readdirSync(join(root, '.cluster', 'pieces@1')), [])
  })

  it('forgets plans that were never whole, and leaves those of Kubernetes', async () => {
    for (const name of ['fieldrank-rows-0', 'fieldrank-rows-1']) {
      mkdirSync(join(root, '.cluster/jobs', name), { recursive: true })
      writeFileSync(join(root, '.cluster/jobs', name, 'plan.json'), '{"schema":1')
    }
    writeFileSync(join(root, '.cluster/jobs/fieldrank-rows-1/job.yaml'), '')
    await runToy(one, { only: ['pieces@1'] }, slurm())
    assert.equal(existsSync(join(root, '.cluster/jobs/fieldrank-rows-0')), false)
    assert.equal(existsSync(join(root, '.cluster/jobs/fieldrank-rows-1/plan.json')), true)
    rmSync(root, { recursive: true })
  })
})
