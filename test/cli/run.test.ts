import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compiledCli } from '../pipelines/compiled.ts'
import { runFor } from '../pipelines/killing.ts'
import { runToy, TOY_PIPELINE, type Toy, toy, treeHash } from '../pipelines/toy.ts'

describe('fieldrank run', () => {
  let one: Toy
  let root: string
  before(compiledCli)
  beforeEach(() => {
    one = toy()
    root = join(one.data, 'toy')
  })
  afterEach(() => one.remove())
  const flags = () => ['--file', one.file, '--data', one.data, '--stages', one.stages, '--profile', 'toy']
  const command = (...args: string[]) => [process.execPath, compiledCli(), 'run', ...flags(), ...args]
  const run = (...args: string[]) => runFor(command(...args), null, 'SIGTERM')

  it('says what it would run, runs it, shows the results, and then has nothing to do', async () => {
    const leaderboard = `import { writeFileSync } from 'node:fs'
export default async ({ run, outs }, ctx) => writeFileSync(ctx.out(outs[0]) + (run === 'report' ? '/index.html' : '/leaderboard.md'), '## toys\\n')`
    one.write('stages/leaderboard.mjs', leaderboard)
    one.write('stages/report.mjs', leaderboard)
    const more =
      '  leaderboard: { run: leaderboard, deps: [total], outs: [reports/toys] }\n  report: { run: report, deps: [reports], outs: [report] }\nprofiles:'
    one.write('pipeline.yaml', TOY_PIPELINE.replace('profiles:', more))

    const dry = await run('--dry')
    assert.equal(dry.code, 0)
    assert.match(dry.output, /^would run 7 of 7 stages\n {2}rows@1: never ran\n/)
    assert.equal(existsSync(one.data), false)

    const first = await run()
    assert.deepEqual([first.code, first.errors], [0, ''])
    assert.match(first.output, /^\[0\/7\] rows@[12] …\n/)
    assert.match(first.output, /^\[\d\/7\] rows@1 {2}\d+\.\d s {2}\(shards 3, made 3\)$/m)
    assert.match(first.output, /^ {8}sum@1: summed 1$/m)
    assert.match(
      first.output,
      /^made 7, kept 0, in \d+\.\d s\n\n## toys\n\nleaderboard {2}\S*reports\/toys\/leaderboard\.md\nreport {2}\S*report\/index\.html\nall files {2}\S*toy\n$/m,
    )

    const second = await run()
    assert.equal(second.code, 0)
    assert.match(second.output, /^nothing to do: 7 stages are up to date\n\nleaderboard {2}/)
  })

  it('ends with 2 for mistakes alone, with 1 where there is a bug', async () => {
    const failing = (how: string) =>
      `schema: 1\nseed: 1\nstages:\n  odd: { run: fail, params: { how: ${how} }, outs: [odd] }\n  sum: { run: sum, deps: [odd], outs: [sum] }\n  ok: { run: sum, outs: [ok] }\nprofiles: { toy: {} }\n`
    one.write('pipeline.yaml', failing('mistake'))
    const mistake = await run()
    assert.deepEqual(
      [mistake.code, mistake.errors],
      [2, 'odd: three rows are odd\n1 failed, 2 not run, 0 made\n'],
    )
    const going = await run('--keep-going')
    assert.deepEqual(
      [going.code, going.errors],
      [2, 'odd: three rows are odd\n1 failed, 1 not run, 1 made\n'],
    )
    one.write('pipeline.yaml', failing('bug'))
    const bug = await run()
    assert.equal(bug.code, 1)
    assert.match(bug.errors, /^odd: Error: a bug\n {4}at fail /)
  })

  it('answers mistakes with one sentence, exit code 2, and untouched data', async () => {
    const cases: [string[], RegExp][] = [
      [['tota'], /^unknown stage 'tota' \(rows, sum, total\)\. Did you mean 'total'\?\n$/],
      [['--profile', 'toi'], /^unknown profile 'toi' in \S+ \(toy\)\. Did you mean 'toy'\?\n$/],
      [['--file', 'nowhere.yaml'], /^nowhere\.yaml: no such file\. Give a pipeline with --file\n$/],
      [['--jobs', '0'], /^--jobs: must be a whole number from 1 \(got 0\)\n$/],
      [['--dry', '--jobs', 'x'], /^--jobs: must be a whole number from 1 \(got x\)\n$/],
      [['--stages', join(one.folder, 'nowhere')], /^--stages: no such folder \(\S+nowhere\)\n$/],
      [
        ['--device', 'gpu'],
        /^--set train\.engine\.device: no key 'train' in profile 'toy' \(limits, values, shards, pause\)\.\n$/,
      ],
      [
        ['--as-published'],
        /^--set train\.operators\.budget\.reading: no key 'train' in profile 'toy' \(limits, values, shards, pause\)\.\n$/,
      ],
      [['--dyr'], /^unknown option '--dyr' \(Did you mean --dry\?\)\. See fieldrank run --help\n$/],
      [['--set'], /^option '-s, --set <path=value>' argument missing\. See fieldrank run --help\n$/],
    ]
    for (const [args, sentence] of cases) {
      const { code, errors, output } = await run(...args)
      assert.match(errors, sentence)
      assert.deepEqual([code, output], [2, ''])
    }
    assert.equal(existsSync(root), false)
  })

  it('refuses without running what a stage would refuse in an hour', async () => {
    const devices = 'cpu, webgpu, cuda, tensorflow, eager, gpu'
    const cases: [string[], string][] = [
      [['--device', 'foo'], `engine: device must be one of ${devices} (got 'foo')`],
      [['--executor', 'k8s', '--device', 'foo'], `engine: device must be one of ${devices} (got 'foo')`],
      [
        ['--axis', 'strategy=nope'],
        "split: strategy 'nope' not found (leave-one-out, temporal, rolling-1, rolling-2).",
      ],
    ]
    const own = [process.execPath, compiledCli(), 'run', '--profile', 'smoke', '--data', one.data]
    for (const [args, sentence] of cases)
      for (const dry of args.includes('k8s') ? [['--dry']] : [['--dry'], []]) {
        const { code, errors, output } = await runFor([...own, ...dry, ...args], null, 'SIGTERM')
        assert.deepEqual([code, output, errors], [2, '', `${sentence}\n`])
      }
    for (const args of [
      ['--device', 'eager'],
      ['fields', '--device', 'foo'], // nothing is trained
      ['--executor', 'slurm', '--device', 'webgpu'], // a node may have what this machine lacks
    ])
      assert.equal((await runFor([...own, '--dry', ...args], null, 'SIGTERM')).code, 0)
    assert.equal(existsSync(one.data), false)
  })

  it('stops at Ctrl-C with one line and exit code 130, and goes on from there', async () => {
    const args = ['--set', 'shards=40', '--set', 'pause=50']
    const journal = join(root, '.journal/rows@1.jsonl')
    const lines = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = spawn(process.execPath, command(...args).slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
      let errors = ''
      child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
      const enough = lines() + 4
      while (lines() < enough) await sleep(20)
      child.kill(signal)
      const [code] = await once(child, 'close')
      assert.deepEqual(
        [code, errors],
        [130, 'stopped. What is finished is kept: the same command goes on from here\n'],
      )
      assert.equal(existsSync(join(root, 'run.lock')), false)
    }
    const last = await run(...args)
    assert.match(last.output, /rows@1 {2}\S+ s {2}\(shards 40, made (?:[12]?\d|3[0-7])\)/) // not all of it again
    const reference = toy()
    await runToy(reference, { set: ['shards=40'] })
    assert.equal(treeHash(root), treeHash(join(reference.data, 'toy')))
    reference.remove()
  })

  it('does not let two runs into one folder', async () => {
    const args = ['--set', 'shards=30', '--set', 'pause=50']
    const first = run(...args)
    while (!existsSync(join(root, 'run.lock'))) await sleep(10)
    const second = await run(...args)
    assert.equal(second.code, 2)
    assert.match(
      second.errors,
      /^\S+toy is in use by another run \(process \d+, since \S+\)\. Wait for it, or stop it\n$/,
    )
    assert.equal((await first).code, 0)
  })

  it('finds children that outlived a killed run, and ends them before it starts', async () => {
    one.write(
      'pipeline.yaml',
      'schema: 1\nseed: 1\nstages:\n  spin: { run: fail, params: { how: spin }, outs: [spin] }\nprofiles: { toy: {} }\n',
    )
    const child = spawn(process.execPath, command().slice(1), { stdio: 'ignore' })
    const lock = join(root, 'run.lock')
    const children = () => (existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')).children : [])
    while (children().length === 0) await sleep(20)
    const { pid } = children()[0]
    await sleep(600) // by now it spins, and hears nothing of its parent's death
    child.kill('SIGKILL')
    await once(child, 'exit')
    one.write(
      'pipeline.yaml',
      'schema: 1\nseed: 1\nstages:\n  spin: { run: sum, outs: [spin] }\nprofiles: { toy: {} }\n',
    )
    assert.equal((await run()).code, 0)
    assert.equal(isRunning(pid), false)
  })
})

/** A process that has ended and that nobody has waited for still has its id. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
