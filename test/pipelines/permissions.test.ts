/** The guarded child as a user has it: compiled, since code that tsx compiles cannot be held back. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LIST, listSchema } from '../../benchmarks/lists.ts'
import { answerSchema } from '../../benchmarks/solved-rows.ts'
import { judge } from '../../benchmarks/submission/judge.ts'
import type { Columns, Schema } from '../../contracts.ts'
import { readManifest, readSplit } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import type { RemoteRows } from '../../io/parquet-remote.ts'
import type * as guard from '../../pipelines/guard.ts'
import type * as permissions from '../../pipelines/permissions.ts'
import type { Reach } from '../../pipelines/permissions.ts'
import { GRID, ITEMS, makeOperators, makeRecommenders, temporary } from '../benchmarks/toy-datasets.ts'
import { serve } from '../faults/server.ts'
import { compiled } from './compiled.ts'

describe('pipelines/permissions', function () {
  this.timeout(240_000) // compiles the code once; a loaded machine takes its time
  let folder: string
  let runGuarded: typeof guard.runGuarded
  let permissionFlags: typeof permissions.permissionFlags
  const at = (...path: string[]) => join(folder, ...path)

  before(async () => {
    folder = await temporary()
    ;({ runGuarded } = await compiled<typeof guard>('pipelines/guard.js'))
    ;({ permissionFlags } = await compiled<typeof permissions>('pipelines/permissions.js'))
    await makeOperators(at('operators'))
    await makeOperators(at('preconditioners'), { train: 2, valid: 1, test: 3 }, 'preconditioners')
    await makeRecommenders(at('recommenders'))
  })

  it('lets code read and write what it is given, and touch nothing else', async () => {
    await mkdir(at('mine'))
    await mkdir(at('minefield')) // begins like a folder that may be read
    for (const name of ['mine/a', 'secret', 'minefield/a']) await writeFile(at(name), 'x')
    await writeFile(at('mine/try.cjs'), TRIES)
    const reach = { reads: [at('mine')], writes: [at('out')] }
    await mkdir(at('out'))
    const run = (flags: string[]) => {
      const { stdout, stderr } = spawnSync(process.execPath, [...flags, at('mine/try.cjs'), folder], {
        encoding: 'utf8',
      })
      assert.notEqual(stdout, '', stderr)
      return JSON.parse(stdout) as Record<string, string>
    }
    const allowed = ['read what is given', 'write its answer', 'read its answer']
    const free = run([])
    assert.deepEqual(new Set(Object.values(free)), new Set(['done'])) // the tries themselves work
    for (const [what, came] of Object.entries(run(permissionFlags(reach))))
      assert.equal(came, allowed.includes(what) ? 'done' : 'refused', what)
    assert.equal(Object.keys(free).length, 12)
  })

  it('judges the predictions of every track as a free process does', async () => {
    for (const [track, given] of Object.entries(await legal())) {
      const file = at(`${track}.parquet`)
      await writeParquet(file, given.schema, given.columns)
      const [held, free] = [at(`${track}-held`), at(`${track}-free`)]
      for (const out of [held, free]) await mkdir(out)
      const request = { subject: 'x', file, data: at(track), metrics: given.metrics }
      const reach = { reads: [file, at(track)], writes: [held] }
      assert.deepEqual(
        await judgedBy({ ...request, out: held }, reach),
        await judge({ ...request, out: free }),
      )
      for (const name of ['predictions.parquet', 'rows.parquet'])
        assert.deepEqual(
          await readFile(join(held, name)),
          await readFile(join(free, name)),
          `${track} ${name}`,
        )
    }
  })

  it('judges nothing that it was not given, and leaves nothing where it may not write', async () => {
    await mkdir(at('elsewhere'))
    const given = (await legal()).operators!
    await writeParquet(at('other.parquet'), given.schema, given.columns)
    const whole = { reads: [at('other.parquet'), at('operators')], writes: [at('elsewhere')] }
    const request = { subject: 'x', file: at('other.parquet'), data: at('operators'), metrics: given.metrics }
    for (const reach of [
      { ...whole, reads: [at('operators')] },
      { ...whole, reads: [at('other.parquet')] },
      { ...whole, writes: [] },
    ])
      await assert.rejects(judgedBy({ ...request, out: at('elsewhere') }, reach), /has been restricted/)
    assert.deepEqual(await readdir(at('elsewhere')), [])
    await judgedBy({ ...request, out: at('elsewhere') }, whole)
  })

  it('reads rows from a server', async () => {
    const bytes = await readFile(at('operators/test-00000-of-00002.parquet'))
    const served = await serve((path) => (path === '/a.parquet' ? bytes : null))
    try {
      const found = await runGuarded<RemoteRows>({
        ...{ work: 'inspect', subject: 'a.parquet', limits, env: {} },
        request: { url: `${served.url}a.parquet`, rows: 1 },
        reach: { reads: [], writes: [], network: true },
      })
      assert.deepEqual([found.rows, found.first.length], [3, 1])
    } finally {
      await served.close()
    }
  })

  const limits = { seconds: 100, bytes: 2 ** 31 }
  function judgedBy(request: Parameters<typeof judge>[0], reach: Reach) {
    return runGuarded({ work: 'submit', request: { ...request }, subject: 'x', limits, env: {}, reach })
  }

  /** Sound predictions of each track, none of them good. */
  async function legal(): Promise<Record<string, { schema: Schema; columns: Columns; metrics: string[] }>> {
    const row = { type: 'i32', shape: [], about: 'row' } as const
    const x = { type: 'f32', shape: [GRID, GRID], about: 'x' } as const
    const { data } = await readSplit(at('recommenders'), await readManifest(at('recommenders')), 'test')
    const user = data.user as Int32Array
    const lists = (data.history as Int32Array[]).flatMap((history) => {
      const unseen = Array.from({ length: ITEMS }, (_, i) => i + 1).filter((item) => !history.includes(item))
      return [...unseen, ...new Array<number>(LIST - unseen.length).fill(0)]
    })
    return {
      operators: {
        schema: { row, x },
        columns: { rows: 5, data: { row: Int32Array.of(0, 1, 2, 3, 4), x: new Float32Array(5 * GRID ** 2) } },
        metrics: ['relative-l2', 'h1', 'residual', 'spectrum-high'],
      },
      preconditioners: {
        schema: answerSchema(GRID),
        columns: {
          rows: 3,
          data: {
            row: Int32Array.of(0, 1, 2),
            iterations: new Int32Array(3 * 8).fill(-1),
            x: new Float64Array(3 * 8 * GRID ** 2),
          },
        },
        metrics: ['iterations@6'],
      },
      recommenders: {
        schema: listSchema,
        columns: { rows: user.length, data: { user, items: Int32Array.from(lists) } },
        metrics: ['ndcg@10', 'coverage@10'],
      },
    }
  }
})

/** Prints, of each thing tried, whether it was done or refused. An addon that is no addon is refused by another sentence. */
const TRIES = `
const fs = require('node:fs')
const folder = process.argv[2]
const tries = {
  'read what is given': () => fs.readFileSync(folder + '/mine/a'),
  'write its answer': () => fs.writeFileSync(folder + '/out/a', 'x'),
  'read its answer': () => fs.readFileSync(folder + '/out/a'),
  'read a file beside': () => fs.readFileSync(folder + '/secret'),
  'read a folder of a like name': () => fs.readFileSync(folder + '/minefield/a'),
  'list the folder above': () => fs.readdirSync(folder),
  'write what it reads': () => fs.writeFileSync(folder + '/mine/a', 'x'),
  'write a file beside': () => fs.writeFileSync(folder + '/made', 'x'),
  'start a process': () => { const { error } = require('node:child_process').spawnSync(process.execPath, ['--version']); if (error) throw error },
  'start a thread': () => new (require('node:worker_threads').Worker)('', { eval: true }),
  'load an addon': () => { try { process.dlopen({ exports: {} }, folder + '/mine/a') } catch (e) { if (!/too short|invalid ELF|not a mach-o|not a valid/i.test(e.message)) throw e } },
  'reach a prototype': () => { if (!('__proto__' in {})) throw new Error('no __proto__') },
}
const came = {}
for (const [what, act] of Object.entries(tries)) {
  try { act(); came[what] = 'done' } catch { came[what] = 'refused' }
}
console.log(JSON.stringify(came))
`
