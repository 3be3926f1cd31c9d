import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Params, Stage } from '../../../contracts.ts'
import { LOG } from '../../../generators/interactions/log.ts'
import zipf from '../../../generators/zipf.ts'
import { UserError } from '../../../io/errors.ts'
import { hashTree, sha256 } from '../../../io/files.ts'
import { readParquet } from '../../../io/parquet.ts'
import interactions from '../../../pipelines/stages/interactions.ts'
import { testContext } from '../../context.ts'

describe('stage interactions', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'interactions-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  const run = (source: string, size: Params | null = null, seed = 42) => {
    const stage: Stage = {
      id: 'interactions@x',
      run: 'interactions',
      deps: [],
      outs: ['interactions/x'],
      params: { source, size },
      device: 'cpu',
    }
    return interactions(stage as Parameters<typeof interactions>[0], testContext(root, { seed }))
  }
  const folder = () => join(root, 'interactions/x')
  const log = async () => JSON.parse(await readFile(join(folder(), 'log.json'), 'utf8'))
  const refused = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error))
      assert.match(error.message, message)
      return true
    })

  it('writes a made log, whose events are the rows of the generator', async () => {
    const facts = await run('zipf', { users: 40, items: 30 })
    assert.deepEqual((await readdir(folder())).sort(), ['events-00000.parquet', 'log.json'])
    const { data, rows } = await readParquet(join(folder(), 'events-00000.parquet'), { schema: LOG })
    const expected: string[] = []
    const params = { ...zipf.defaults, users: 40, items: 30 }
    const ctx = { seed: 42, signal: new AbortController().signal }
    for await (const part of zipf.rows(params, { from: 0, to: 40 }, ctx)) {
      const { user, items, times } = part.data as {
        user: Int32Array
        items: Int32Array[]
        times: Int32Array[]
      }
      user.forEach((u, r) => {
        items[r]!.forEach((item, n) => {
          expected.push(`${u} ${item} ${times[r]![n]} ${expected.length}`)
        })
      })
    }
    const { user, item, time, ordinal } = data as Record<string, ArrayLike<unknown>>
    const written = Array.from(
      { length: rows },
      (_, n) => `${user![n]} ${item![n]} ${time![n]} ${ordinal![n]}`,
    )
    assert.deepEqual(written, expected)

    const text = await log()
    assert.deepEqual(facts, {
      users: 40,
      items: new Set(item as string[]).size,
      interactions: rows,
      hasTime: true,
      ties: text.ties,
    })
    const moments = written.map((line) => line.split(' ')[0] + line.split(' ')[2]!.padStart(12))
    const tied = moments.filter(
      (moment, n) => moments.indexOf(moment) !== n || moments.lastIndexOf(moment) !== n,
    )
    assert.equal(text.ties, tied.length)
    assert.ok(tied.length > 0)
    assert.deepEqual([text.made, text.source, text.params.seed, text.params.users], [true, 'zipf', 42, 40])
  })

  it('makes the same bytes again, and others from another seed', async () => {
    const hashes: (string | null)[] = []
    for (const seed of [42, 42, 43]) {
      await rm(folder(), { recursive: true, force: true })
      await run('zipf', { users: 30, items: 20 }, seed)
      hashes.push(await hashTree(folder()))
    }
    assert.equal(hashes[0], hashes[1])
    assert.notEqual(hashes[0], hashes[2])
  })

  it('reads a file of the user, without its size', async () => {
    const path = join(root, "Ann's log.csv")
    const text = 'user,item,timestamp\nu,a,1\nu,b,1\nv,a,2\n'
    await writeFile(path, text)
    const facts = await run(path, { users: 999 })
    assert.deepEqual(facts, {
      users: 2,
      items: 2,
      interactions: 3,
      hasTime: true,
      ties: 2,
      sha256: sha256(text),
    })
    const { made, source, about, params } = await log()
    assert.deepEqual(
      { made, source, about },
      { made: false, source: "Ann's log.csv", about: "Interactions of Ann's log.csv" },
    )
    assert.deepEqual(params, { format: 'table', sha256: sha256(text) })
  })

  it('has no ties where there are no times', async () => {
    const path = join(root, 'lists.txt')
    await writeFile(path, 'u a b c d\nv b a\n')
    const { hasTime, ties, interactions } = await run(path)
    assert.deepEqual({ hasTime, ties, interactions }, { hasTime: false, ties: 0, interactions: 6 })
    assert.match((await log()).about, /without times, in the order of the file/)
  })

  it('says what is wrong, and leaves no log', async () => {
    await refused(
      run('zipff'),
      /^generator 'zipff' not found in generators \(.*zipf\)\. Did you mean 'zipf'\?$/,
    )
    await refused(run('zipf', { user: 3 }), /^generator zipf: unknown param 'user'.*Did you mean 'users'/)
    await refused(run('poisson', {}), /^generator poisson: makes .*, a log is made of user items times/)
    await refused(
      run('ml-1m'),
      /^source ml-1m: not in .*cache\. Download https:\S+, take ml-1m\/ratings\.dat out of it and put that at /,
    )
    await refused(run('./nowhere.csv'), /^source '\.\/nowhere\.csv': no such file$/)
    await refused(run(root), /no such file$/) // a folder
    const path = join(root, 'broken.csv')
    await writeFile(path, 'u,a,1\nu,b\n')
    await refused(run(path), /^broken\.csv: line 2 has 2 fields/)
    assert.deepEqual(await readdir(folder()), [])
  })
})
