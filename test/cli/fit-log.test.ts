import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import fitLog from '../../cli/fit-log.ts'
import type { Params } from '../../contracts.ts'
import zipf from '../../generators/zipf.ts'
import { UserError } from '../../io/errors.ts'
import { withDefaults } from '../../io/params.ts'
import { expand } from '../../pipelines/expand.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import { override } from '../../pipelines/overrides.ts'
import { printed } from './printed.ts'

const setsIn = (text: string) => [...text.matchAll(/--set '([^']+)'/g)].map((match) => match[1]!)

describe('fieldrank fit-log', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'fit-log-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const options = { users: '12000', asked: '50', tries: '2', seed: '0' }
  const run = (path: string, more: Record<string, unknown> = {}) =>
    printed(() => fitLog.run([path], { ...options, ...more }))

  // 60 users walk over 20 items, two hours between events; `start` and `second` in the unit of the log
  const linesFrom = (start: number, second = 1) =>
    Array.from({ length: 60 }, (_, user) =>
      Array.from(
        { length: 5 + (user % 3) },
        (_, n) => `u${user},i${(user * 3 + n) % 20},${start + (user * 86400 + n * 7200) * second}\n`,
      ),
    ).flat()
  const lines = linesFrom(1.4e9)

  it('prints both logs and params that --set and a profile take', async () => {
    const out = join(folder, 'made.yaml')
    const { code, text } = await run(file('log.csv', lines.join('')), { out })
    assert.equal(code, 0)
    assert.match(text, /^log\.csv: 60 users, 20 items, 360 interactions\n/)
    assert.match(text, /\n {2}markov +[\d.]+ +[\d.]+\n/)
    assert.match(text, /\n {2}turnover of targets +-?[\d.]+ +-?[\d.]+\n/)
    const set = setsIn(text)
    assert.deepEqual(
      set.map((one) => one.split('=')[0]),
      ['catalog.source', 'catalog.size', 'catalog.strategy', 'catalog.core'],
    )
    // of profile full: its core is another one, does not iterate, and it splits by time too
    const stages = expand(override(loadPipeline('pipeline.yaml', 'full'), { set }))
    const made = stages.filter(({ run: stage }) => stage === 'interactions')
    assert.deepEqual(
      made.map(({ params }) => params.source),
      ['zipf'],
    )
    const size = made[0]!.params.size as Params
    assert.deepEqual(withDefaults('generator zipf', zipf.defaults as Params, size), size) // all params, of the right type
    assert.equal(size.gap, 7200)
    assert.equal(size.gapZero, 0)
    // what the text says of both logs is after this filter
    assert.match(
      text,
      /\ncompared on a cut, after a core of 5 users an item and 5 items a user; NDCG@10, leave-one-out\n/,
    )
    const core = { items: 5, users: 5, iterate: true }
    const splits = stages.filter(({ run: stage }) => stage === 'split').map(({ params }) => params)
    assert.deepEqual(
      splits.map(({ strategy }) => strategy),
      ['leave-one-out'],
    )
    assert.deepEqual(splits[0]!.core, core)
    const part = { source: ['zipf'], size, strategy: ['leave-one-out'], core }
    assert.deepEqual(parse(readFileSync(out, 'utf8')), { catalog: part })
  })

  it('reads gaps in the unit of the log: told by the size of its times, or by --unit', async () => {
    const gapOf = (text: string) => Number(/ gap: (\d+)/.exec(text)![1])
    const given = file('ms.csv', linesFrom(1.4e12, 1000).join(''))
    const { text } = await run(given)
    assert.match(
      text,
      /\ntimes in ms, told by their size; --unit says another; gaps are the last ones of users\n/,
    )
    assert.equal(gapOf(text), 7200)
    const counted = file('counted.csv', linesFrom(0).join(''))
    await assert.rejects(run(counted), {
      name: 'UserError',
      message:
        /^fit-log: the times of counted\.csv \(median \d+\) are no moments .* Say their unit: --unit s\|ms\|us\|ns\|d$/,
    })
    const told = (await run(counted, { unit: 's' })).text
    assert.match(told, /\ntimes in s, as --unit says; /)
    assert.equal(gapOf(told), 7200)
    assert.equal(gapOf((await run(counted, { unit: 'ms' })).text), 7)
  })

  it('--check answers the tests that need no training, and names the command for the others', async () => {
    const path = file("it's.csv", lines.join(''))
    const { code, text } = await run(path, { check: true, tries: '1', unit: 's' })
    for (const test of ['a', 'b', 'c', 'd'])
      assert.match(text, new RegExp(`\\n\\(${test}\\) (pass|FAIL|none)  \\S`))
    assert.match(text, /\n\(e\) pass /) // the reference logs have their bytes on this machine
    const command =
      /\n\(f\) \(g\) +take training, in a clone of the repository:\n +(npm run check:logs -- .+)\n$/.exec(
        text,
      )![1]!
    const words = execFileSync('bash', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
      .trim()
      .split('\n')
    const flags = '--users 12000 --asked 50 --tries 1 --seed 0 --unit s'
    assert.deepEqual(words, ['npm', 'run', 'check:logs', '--', path, ...flags.split(' ')])
    assert.equal(code, text.includes('FAIL') ? 1 : 0)
  })

  it('says in one sentence what is wrong with a log or a flag', async () => {
    const refused = (path: string, message: RegExp, more: Record<string, unknown> = {}) =>
      assert.rejects(run(path, more), (error) => error instanceof UserError && message.test(error.message))
    await refused(join(folder, 'none.csv'), /none\.csv': no such file$/)
    await refused(file('bad.csv', 'user,item,time\nu1,i1,5\nu1,i2,soon\n'), /^bad\.csv: line 3: 'soon'/)
    await refused(file('empty.csv', ''), /^empty\.csv: /)
    await refused(file('thin.csv', 'u1 i1 1\nu2 i2 2\nu3 i1 3\n'), /no user has 3 events/)
    const log = file('fine.csv', lines.join(''))
    await refused(log, /^--tries: must be a whole number from 1 \(got many\)$/, { tries: 'many' })
    await refused(log, /^--seed: must be a whole number from 0/, { seed: '-1' })
    await refused(log, /Raise --users$/, { users: '1' })
    await refused(log, /^--unit: one of s, ms, us, ns, d \(got mss\)\. Did you mean 'ms'\?$/, { unit: 'mss' })
    const plain = file('plain.txt', Array.from({ length: 9 }, (_, n) => `u${n} 1 2 3 4 5\n`).join(''))
    await refused(plain, /^--unit ms: plain\.txt has no times that could be in it$/, { unit: 'ms' })
  })
})
