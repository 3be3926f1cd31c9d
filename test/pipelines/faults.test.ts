import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { failureOf } from '../../pipelines/failure.ts'
import { type FailingDisk, failingDisk } from './failing-disk.ts'
import { runToy, type Toy, toy, treeHash } from './toy.ts'

// one journaled stage, and one that reads a folder
const SHORT = `schema: 1
seed: 7
stages:
  rows: { run: rows, params: { value: 1, shards: 2 }, outs: [rows/1] }
  total: { run: sum, deps: [rows], outs: [total] }
profiles: { toy: {} }
`
const OUTS = ['rows/1', 'total'] as const

/** Another seed than the old state was made under: every stage runs again and replaces its out. */
const NEW = { set: ['seed=8'] }

describe('pipelines on a failing disk', () => {
  let one: Toy
  let root: string
  let disk: FailingDisk | undefined
  let whole: string // hash of what every road must lead to
  const hashes: Record<string, string>[] = [] // of each out, before and after
  before(async () => {
    one = toy(SHORT)
    root = join(one.data, 'toy')
    await runToy(one)
    const old = treeHash(root)
    hashes.push(hashesOfOuts())
    cpSync(root, join(one.folder, 'old'), { recursive: true })
    await runToy(one, NEW)
    whole = treeHash(root)
    hashes.push(hashesOfOuts())
    assert.notEqual(old, whole)
  })
  after(() => one.remove())
  afterEach(() => disk?.restore())

  const hashesOfOuts = () => Object.fromEntries(OUTS.map((out) => [out, treeHash(join(root, out))]))
  /** The owner of the lock is this process, and lives. That dead owners are found dead is tested in claim.test.ts. */
  const freeClaim = () => {
    for (const file of readdirSync(root)) if (file.startsWith('run.lock')) rmSync(join(root, file))
  }
  const reset = () => {
    rmSync(root, { recursive: true, force: true })
    cpSync(join(one.folder, 'old'), root, { recursive: true })
  }
  /** Whoever looks sees an old out or a new one, never a mixture; for the moment between two renames, none. */
  const check = (nth: number) => {
    for (const out of OUTS) {
      if (!existsSync(join(root, out))) continue
      const hash = treeHash(join(root, out))
      assert.ok(
        hashes.some((known) => known[out] === hash),
        `call ${nth}: ${out} is half a thing`,
      )
    }
  }

  it('ends in the same bytes, killed before any call whatever', async function () {
    this.timeout(240_000)
    let nth = 1
    for (let isOver = false; !isOver; nth++) {
      reset()
      disk = failingDisk('dead', nth)
      await runToy(one, NEW, { jobs: 1 }).catch((error) => assert.match(String(error), /killed before/))
      isOver = disk.calls() < nth
      disk.restore()
      check(nth)
      freeClaim()
      const { failures } = await runToy(one, NEW)
      assert.deepEqual([failures, treeHash(root)], [[], whole], `call ${nth}`)
      assert.deepEqual(readdirSync(root).sort(), ['.hashes.json', 'lock.yaml', 'rows', 'total'])
    }

    assert.ok(nth > 60, `${nth} calls were counted`)
  })

  it('says in a sentence that the disk is full, at every third call, and goes on from there', async function () {
    this.timeout(240_000)
    let nth = 1
    for (let isOver = false; !isOver; nth += 3) {
      reset()
      disk = failingDisk('full', nth)
      const first = await runToy(one, NEW, { jobs: 1 }).catch((error) => ({ failures: [failureOf(error)] }))
      isOver = disk.calls() < nth
      disk.restore()
      check(nth)
      for (const { message, isUser } of first.failures) {
        assert.ok(isUser, message)
        assert.match(message, /no space left on the disk/, `call ${nth}`)
      }
      freeClaim() // where deleting it was the call that failed
      const { failures } = await runToy(one, NEW)
      assert.deepEqual([failures, treeHash(root)], [[], whole], `call ${nth}`)
    }

    assert.ok(nth > 60, `${nth} calls were counted`)
  })
})
