/** A file that is replaced by another edition: no log has events of both, and no finished log hides that it is of the old one. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Journal } from '../../../../contracts.ts'
import { UserError } from '../../../../io/errors.ts'
import { hashTree, sha256 } from '../../../../io/files.ts'
import { STAGES } from '../../../../pipelines/stage-file.ts'
import interactions from '../../../../pipelines/stages/interactions.ts'
import { memoryJournal, testContext } from '../../../context.ts'
import { runToy, toy } from '../../toy.ts'

const SOURCE = 'kindle-store' // a CSV file as it is downloaded
const edition = (name: string, events: number) =>
  Array.from({ length: events }, (_, n) => `${name}${n % 3},i${n % 5},5.0,${n}\n`).join('')

describe('stage interactions: another edition of a file', () => {
  let data: string
  let root: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'editions-'))
    root = join(data, 'smoke')
    await mkdir(join(data, 'cache'))
  })
  afterEach(() => rm(data, { recursive: true }))

  const file = () => join(data, 'cache', `${SOURCE}.csv`)
  const folder = () => join(root, 'interactions/x')
  const put = async (text: string) => {
    await rm(`${file()}.sha256`, { force: true }) // as the sentence of cached.ts tells
    await writeFile(file(), text)
  }
  const run = (ctx: Context, source = SOURCE) => {
    const stage = { id: 'i', run: 'interactions', deps: [], outs: ['interactions/x'], device: 'cpu' } as const
    return interactions({ ...stage, params: { source, size: null } }, ctx)
  }
  /** Killed when the first shard is in the journal. */
  const killed = async (journal: Journal) => {
    const ended = new AbortController()
    const record: Journal['record'] = async (name, receipt) => {
      await journal.record(name, receipt)
      ended.abort(new Error('killed'))
    }
    const ctx = testContext(root, { journal: { ...journal, record }, signal: ended.signal })
    await assert.rejects(run(ctx), /killed/)
  }
  const fresh = async () => {
    await rm(folder(), { recursive: true, force: true })
    await run(testContext(root))
    return hashTree(folder())
  }

  it('begins anew with another edition, and goes on with the same', async () => {
    for (const next of ['old', 'new']) {
      await put(edition('old', 12))
      await rm(folder(), { recursive: true, force: true })
      const held = memoryJournal()
      await killed(held)
      await put(edition(next, 12))
      const recorded: string[] = []
      const record: Journal['record'] = async (name, receipt) => {
        recorded.push(name)
        await held.record(name, receipt)
      }
      const facts = await run(testContext(root, { journal: { ...held, record } }))
      assert.equal(facts.sha256, sha256(edition(next, 12)))
      assert.deepEqual(recorded, next === 'old' ? [] : ['events-00000.parquet'])
      assert.equal(await hashTree(folder()), await fresh(), next)
    }
  })

  it('keeps no shard of a longer edition', async () => {
    await put(edition('new', 12))
    const whole = await fresh()
    await writeFile(join(folder(), 'events-00001.parquet'), 'of the old edition')
    await run(testContext(root))
    assert.equal(await hashTree(folder()), whole)
    assert.deepEqual((await readdir(folder())).sort(), ['events-00000.parquet', 'log.json'])
  })

  it('refuses a file that changes while it is read', async () => {
    await put(edition('old', 12))
    const record = () => writeFile(file(), edition('new', 12)) // when its shard is written all of it has been read
    const journal: Journal = { done: () => undefined, record }
    const refusal = (error: unknown) =>
      error instanceof UserError && /changed while it was read/.test(error.message)
    await assert.rejects(run(testContext(root, { journal })), refusal)
    await put(edition('old', 12))
    await assert.rejects(run(testContext(root, { journal }), file()), refusal)
  })

  it('is noticed by the next run, where the stage was up to date', async () => {
    const one = toy(
      `schema: 1\nseed: 1\nstages:\n  log: { run: interactions, params: { source: ${SOURCE}, size: null }, outs: [log] }\nprofiles: { smoke: {} }\n`,
    )
    one.stages = STAGES
    one.data = data
    const log = async () => JSON.parse(await readFile(join(root, 'log/log.json'), 'utf8')).interactions
    try {
      await put(edition('old', 12))
      assert.deepEqual((await runToy(one, { profile: 'smoke' })).lines, ['made log'])
      assert.deepEqual((await runToy(one, { profile: 'smoke' })).lines, [])
      await writeFile(file(), edition('new', 15))
      const { lines } = await runToy(one, { profile: 'smoke' }) // by mistake, for all that is known
      assert.match(lines.join(), /^failed log: source kindle-store: .* and run again/)
      await put(edition('new', 15))
      assert.deepEqual((await runToy(one, { profile: 'smoke' })).lines, ['made log'])
      assert.equal(await log(), 15)
      assert.deepEqual((await runToy(one, { profile: 'smoke' })).lines, [])
    } finally {
      one.remove()
    }
  })
})
