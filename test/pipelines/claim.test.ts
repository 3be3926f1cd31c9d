import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim } from '../../pipelines/claim.ts'
import { mistakeOf } from './toy.ts'

describe('pipelines/claim', () => {
  let root: string
  let lock: string
  const started: ChildProcess[] = []
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fieldrank-claim-'))
    lock = join(root, 'run.lock')
  })
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
    rmSync(root, { recursive: true })
  })
  const sleeper = () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    started.push(child)
    return child
  }
  const read = () => JSON.parse(readFileSync(lock, 'utf8'))

  it('lets one in at a time, and says who is in', async () => {
    const first = await claim(root)
    assert.match(
      await mistakeOf(claim(root)),
      new RegExp(
        `^${root} is in use by another run \\(process ${process.pid}, since .*\\)\\. Wait for it, or stop it$`,
      ),
    )
    await first.release()
    assert.deepEqual(readdirSync(root), [])
    await (await claim(root)).release()
  })

  it('lets exactly one of eight in', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => claim(root)))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.deepEqual(readdirSync(root), ['run.lock'])
  })

  it('sweeps what was killed before it had written a word, and leaves that of the living', async () => {
    const dead = sleeper()
    const ended = once(dead, 'exit')
    dead.kill('SIGKILL')
    await ended
    const living = `run.lock.${process.pid}-b`
    for (const name of [`run.lock.${dead.pid}-a`, living]) writeFileSync(join(root, name), '')
    const held = await claim(root)
    assert.deepEqual(readdirSync(root), ['run.lock', living])
    await held.release()
    rmSync(join(root, living))
  })

  it('takes over from a dead owner, exactly one of eight, and ends the children it left', async () => {
    const [owner, child, stranger] = [sleeper(), sleeper(), sleeper()]
    const held = await claim(root)
    await held.children([child.pid!, stranger.pid!])
    const text = read()
    // The lock as the dead owner left it; the stranger has the id of a child that is gone, and another start.
    text.pid = owner.pid
    text.started = 'another start'
    text.children[1].started = 'another start'
    writeFileSync(lock, JSON.stringify(text))
    const ended = once(child, 'exit')
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => claim(root)))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    await ended
    assert.equal(child.signalCode, 'SIGKILL')
    assert.deepEqual([stranger.exitCode, stranger.signalCode], [null, null])
    assert.equal(read().pid, process.pid)
  })

  it('takes over a lock that cannot be read', async () => {
    for (const text of ['', '{"pid":', '{"pid":"x"}', '\0\0']) {
      writeFileSync(lock, text)
      await (await claim(root)).release()
      assert.deepEqual(readdirSync(root), [])
    }
  })

  it('does not guess about another machine', async () => {
    const owner = { pid: 1, started: '', token: 'x', host: 'elsewhere', since: '2025', children: [] }
    writeFileSync(lock, JSON.stringify(owner))
    assert.match(
      await mistakeOf(claim(root)),
      /in use by process 1 on elsewhere, since 2025\. If that run is gone, delete .*run\.lock$/,
    )
  })

  it('notices when it was taken over, and then leaves the lock alone', async () => {
    const first = await claim(root)
    await first.check()
    const other = { ...read(), token: 'other' }
    writeFileSync(lock, JSON.stringify(other))
    assert.match(await mistakeOf(first.check()), /another run has taken this folder over/)
    assert.match(await mistakeOf(first.children([1])), /another run has taken this folder over/)
    await first.release()
    assert.ok(existsSync(lock))
  })

  it('names its children, also when several start at once', async () => {
    const held = await claim(root)
    const [a, b] = [sleeper().pid!, sleeper().pid!]
    await Promise.all([held.children([a]), held.children([a, b])])
    assert.deepEqual(
      read().children.map(({ pid }: { pid: number }) => pid),
      [a, b],
    )
  })
})
