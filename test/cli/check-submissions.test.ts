import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry } from '../../benchmarks/submission/entry.ts'
import check from '../../cli/check-submissions.ts'
import submit from '../../cli/submit.ts'
import { pretty } from '../../io/json.ts'
import { writeParquet } from '../../io/parquet.ts'
import { GRID, makeOperators, temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from './printed.ts'

describe('fieldrank check-submissions', function () {
  this.timeout(300_000) // starts child processes; a loaded machine takes its time
  let folder = ''
  const at = (...path: string[]) => join(folder, ...path)
  const limits = { seconds: '120', memory: '4096', profile: 'toy' }
  const run = (options: object = {}) =>
    printed(() => check.run([at('repo/submissions')], { ...limits, data: at('data'), ...options }))
  const git = (...args: string[]) => execFileSync('git', args, { cwd: at('repo'), stdio: 'pipe' })
  const path = () => at('repo/submissions/operators/mine_toy-fields.json')
  const change = async (how: (entry: Entry) => unknown) => {
    const text = await readFile(path(), 'utf8')
    await writeFile(path(), pretty(how(JSON.parse(text))))
    return () => writeFile(path(), text)
  }

  before(async () => {
    folder = await temporary()
    await makeOperators(at('data/toy/datasets/operators/toy-fields'))
    const schema = {
      row: { type: 'i32', shape: [], about: '' },
      x: { type: 'f32', shape: [GRID, GRID], about: '' },
    } as const
    const columns = {
      rows: 5,
      data: { row: Int32Array.of(0, 1, 2, 3, 4), x: new Float32Array(5 * GRID * GRID).fill(0.01) },
    }
    await writeParquet(at('mine.parquet'), schema, columns)
    const given = {
      ...limits,
      data: at('data'),
      to: at('repo/submissions'),
      dataset: 'toy-fields',
      model: 'Mine',
      by: 'A',
    }
    const more = { loss: 'none', seed: '0', parameters: '0', params: '{}' }
    await printed(() => submit.run([at('mine.parquet')], { ...given, ...more }))
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'one')
  })

  it('computes every score again, and leaves out what did not change', async () => {
    const { code, text } = await run()
    assert.equal(code, 0, text)
    assert.match(
      text,
      /right {4}operators\/mine_toy-fields\.json {2}9 scores computed again\n1 right, 0 refused\n$/,
    )
    assert.match((await run({ base: 'main', changed: true })).text, /right .* 0 scores computed again/)
  })

  it('refuses a score that is not that of the predictions, with the rule', async () => {
    const back = await change((entry) => {
      const score = entry.scores['relative-l2']!
      return { ...entry, scores: { ...entry.scores, 'relative-l2': { ...score, value: score.value - 1e-9 } } }
    })
    const { code, text } = await run()
    assert.equal(code, 1)
    assert.match(
      text,
      /refused {2}operators\/mine_toy-fields\.json: relative-l2: value is .* computed again it is .* \[score-same\]/,
    )
    assert.match((await run({ base: 'main' })).text, /relative-l2 changed from .*\[change-told\]/)
    await back()
  })

  it('holds everything against the merge base', async () => {
    for (const [how, id] of [
      [(entry: Entry) => ({ ...entry, by: { name: 'B' } }), 'owner-kept'],
      [(entry: Entry) => ({ ...entry, submitted: '2020-01-01T00:00:00.000Z' }), 'not-backdated'],
      [(entry: Entry) => ({ ...entry, rank: 1 }), 'entry-format'],
      [(entry: Entry) => ({ ...entry, dataset: { ...entry.dataset, name: 'gone' } }), 'dataset-kept'],
    ] as const) {
      const back = await change(how)
      const { code, text } = await run({ base: 'main' })
      assert.equal(code, 1)
      assert.ok(text.includes(`[${id}]`), text)
      await back()
    }
    const text = await readFile(path(), 'utf8')
    await rm(path())
    assert.match((await run({ base: 'main' })).text, /is removed; A submitted it on .*\[entry-kept\]/)
    await writeFile(path(), text)
    await assert.rejects(run({ base: '--exec=x' }), /--base: not the name of a branch/)
    await assert.rejects(run({ base: 'nowhere' }), {
      name: 'UserError',
      message: "--base: no branch 'nowhere'",
    })
  })

  it('with --changed too, sees predictions that changed beside an entry that did not', async () => {
    const { predictions } = JSON.parse(await readFile(path(), 'utf8')) as Entry
    const file = at('repo/submissions/operators', predictions.path)
    const bytes = await readFile(file)
    const damaged = Buffer.from(bytes)
    damaged[100]! ^= 1
    await writeFile(file, damaged)
    assert.match((await run({ base: 'main', changed: true })).text, /\[predictions-sha256\]/)
    await rm(file)
    assert.match((await run({ base: 'main', changed: true })).text, /\[file-exists\]/)
    await writeFile(file, bytes)
    assert.equal((await run({ base: 'main', changed: true })).code, 0)
  })

  it('says one line for one problem, whatever keys and names a stranger writes', async () => {
    const lie = '\n::error::x\nright    operators/all.json\n'
    const back = await change((entry) => ({ ...entry, [lie]: 1 }))
    await writeFile(at('repo/submissions/operators', `a${lie.replaceAll('/', '')}.sh`), '')
    const { text } = await run()
    assert.equal(text.split('\n').length, 4, text)
    assert.doesNotMatch(text, /^(::|right)/m)
    await rm(at('repo/submissions/operators', `a${lie.replaceAll('/', '')}.sh`))
    await back()
  })

  it('takes a dataset by its name alone: not a folder that the proposal brings along', async () => {
    const [own, forged] = [at('data/toy/datasets/operators/toy-fields'), at('repo/forged')]
    await cp(own, forged, { recursive: true })
    const back = await change((entry) => ({ ...entry, dataset: { ...entry.dataset, name: forged } }))
    assert.match((await run()).text, /not the name of a dataset \[dataset-known\]/)
    await back()
    await rename(own, `${own}-2`)
    const again = await change((entry) => ({ ...entry, dataset: { ...entry.dataset, name: 'toy-fields-2' } }))
    assert.match((await run()).text, /what lies there is toy-fields \[dataset-known\]/)
    await again()
    await rename(`${own}-2`, own)
    await rm(forged, { recursive: true })
  })

  it('finds a dataset where fetch has put it, as the ready workflow does', async () => {
    await rename(at('data/toy'), at('data/elsewhere'))
    await cp(at('data/elsewhere/datasets/operators/toy-fields'), at('data/cache/toy-fields'), {
      recursive: true,
    })
    const { code, text } = await run()
    assert.equal(code, 0, text)
    await rm(at('data/cache'), { recursive: true })
    await rename(at('data/elsewhere'), at('data/toy'))
  })

  it('refuses the predictions of another under a new name', async () => {
    const given = {
      ...limits,
      data: at('data'),
      to: at('repo/submissions'),
      dataset: 'toy-fields',
      model: 'Theirs',
      by: 'B',
    }
    await printed(() =>
      submit.run([at('mine.parquet')], { ...given, loss: 'none', seed: '0', parameters: '0', params: '{}' }),
    )
    const { text } = await run()
    assert.match(
      text,
      /theirs_toy-fields\.json: its predictions are those of operators\/mine_toy-fields\.json by A \[predictions-own\]/,
    )
    const theirs = at('repo/submissions/operators')
    for (const name of await readdir(theirs)) if (name.startsWith('theirs')) await rm(join(theirs, name))
  })

  it('refuses what does not belong there, links and predictions that are not there', async () => {
    const operators = (name: string) => at('repo/submissions/operators', name)
    await writeFile(operators('run.sh'), '#!/bin/sh\n')
    await symlink(path(), operators('link.json'))
    const { text } = await run()
    assert.match(text, /operators\/run\.sh: does not belong here.*\[file-known\]/)
    assert.match(text, /operators\/link\.json: is no plain file \[file-plain\]/)
    await rm(operators('run.sh'))
    await rm(operators('link.json'))
    const { predictions } = JSON.parse(await readFile(path(), 'utf8')) as Entry
    const bytes = await readFile(operators(predictions.path))
    await rm(operators(predictions.path))
    assert.match((await run()).text, /\[file-exists\]/)
    await writeFile(operators(predictions.path), bytes.subarray(0, bytes.length - 1))
    assert.match((await run()).text, /\[magic-tail\]/)
    await writeFile(operators(predictions.path), bytes)
    assert.equal((await run()).code, 0)
  })
})
