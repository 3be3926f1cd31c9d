import assert from 'node:assert/strict'
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

  // 60 users walk over 20 items, two hours between events
  const lines = Array.from({ length: 60 }, (_, user) =>
    Array.from(
      { length: 5 + (user % 3) },
      (_, n) => `u${user},i${(user * 3 + n) % 20},${user * 86400 + n * 7200}\n`,
    ),
  ).flat()

  it('prints both logs and params that --set and a profile take', async () => {
    const out = join(folder, 'made.yaml')
    const { code, text } = await run(file('log.csv', lines.join('')), { out })
    assert.equal(code, 0)
    assert.match(text, /^log\.csv: 60 users, 20 items, 360 interactions\n/)
    assert.match(text, /\n {2}markov +[\d.]+ +[\d.]+\n/)
    assert.match(text, /\n {2}turnover of targets +-?[\d.]+ +-?[\d.]+\n/)
    const set = [...text.matchAll(/--set '([^']+)'/g)].map((match) => match[1]!)
    assert.equal(set.length, 2)
    const pipeline = override(loadPipeline('pipeline.yaml', 'tiny'), { set })
    const made = expand(pipeline).find(({ run: stage }) => stage === 'interactions')!
    assert.equal(made.params.source, 'zipf')
    const size = made.params.size as Params
    assert.deepEqual(withDefaults('generator zipf', zipf.defaults as Params, size), size) // all params, of the right type
    assert.equal(size.gap, 7200)
    assert.equal(size.gapZero, 0)
    assert.deepEqual(parse(readFileSync(out, 'utf8')), { catalog: { source: ['zipf'], size } })
  })

  it('--check answers the tests that need no training, and says which do', async () => {
    const { code, text } = await run(file('check.csv', lines.join('')), { check: true, tries: '1' })
    for (const test of ['a', 'b', 'c', 'd'])
      assert.match(text, new RegExp(`\\n\\(${test}\\) (pass|FAIL|none)  \\S`))
    assert.match(text, /\n\(e\) pass /) // the reference log has its bytes on this machine
    assert.match(text, /\n\(f\) \(g\) +take training: npm run check:logs\n$/)
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
  })
})
