import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readLock } from '../../pipelines/lock.ts'
import { compiledCli } from './compiled.ts'
import { killAtRandom, runFor } from './killing.ts'
import { runToy, type Toy, toy, treeHash } from './toy.ts'

const KILLS = 20
const seed = randomInt(2 ** 32)

describe('pipelines, killed', () => {
  let one: Toy
  let root: string
  const command = () => [
    process.execPath,
    compiledCli(),
    ...['run', '--file', one.file, '--data', one.data, '--stages', one.stages, '--profile', 'toy'],
    ...['--set', 'shards=6', '--set', 'pause=40'],
  ]
  before(() => {
    one = toy()
    root = join(one.data, 'toy')
  })
  after(() => one.remove())

  it(`comes out the same to the byte after ${KILLS} kills at random moments (seed ${seed})`, async function () {
    this.timeout(300_000)
    const reference = toy()
    await runToy(reference, { set: ['shards=6'] })
    const expected = treeHash(join(reference.data, 'toy'))
    reference.remove()

    const start = performance.now()
    await runFor(command(), null)
    const within = (performance.now() - start) * 1.1
    const isWhole = () => {
      assert.equal(treeHash(root), expected)
      assert.deepEqual(readdirSync(root).sort(), ['.hashes.json', 'lock.yaml', 'rows', 'sums', 'total'])
    }
    const whole = () => {
      isWhole()
      rmSync(root, { recursive: true })
    }
    whole()
    await killAtRandom(command(), { kills: KILLS, seed, within, whole })
    isWhole()
    assert.match((await runFor(command(), null)).output, /^nothing to do: 5 stages are up to date\n/)
    assert.equal(readLock(root).size, 5)
  })
})
