/** Which runs get a row, and what is said of those that get none. */
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAbsent } from '../../../../benchmarks/absent.ts'
import type { Board } from '../../../../reports/board.ts'
import { fakeFields, fakeLists, fakeRun } from '../../../reports/fixture.ts'
import { around, leaderboardStage } from './in-a-folder.ts'

const NAME = 'gaussian0.4_grid8'

describe('stage leaderboard: rows', function () {
  this.timeout(120_000) // draws a dozen charts; a loaded machine takes its time
  const { at, run, read, boardOf } = leaderboardStage()

  it('has no row for a method where it is absent, and a row without a rank for a bound', async () => {
    const root = at('bounds')
    const ndcg = (level: number) => ({ perRow: { 'ndcg@10': around(level) } })
    for (const name of ['made', 'real']) {
      const dataset = await fakeLists(root, name, 16, { made: name === 'made' })
      await fakeRun(root, dataset, { model: 'markov', loss: 'none', ...ndcg(0.1) })
      await fakeRun(root, dataset, { model: 'popularity', loss: 'none', ...ndcg(0.05) })
      if (name === 'made') {
        const folder = await fakeRun(root, dataset, { model: 'oracle', loss: 'none', ...ndcg(0.3) })
        const submission = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
        submission.method.params = { bound: true }
        await writeFile(join(folder, 'run.json'), JSON.stringify(submission))
      } else {
        const folder = join(root, 'runs/recommenders/real/oracle_none_0')
        await mkdir(folder, { recursive: true })
        await writeAbsent(folder, { model: 'oracle', because: 'the log is not made' })
      }
    }
    await run('recommenders', root)
    const board = await boardOf('recommenders', root)
    const [made, real] = board.standings
    // nothing is held against a bound: the front of costs and the overall table are those of methods
    assert.deepEqual(
      made!.lines.map(({ pareto }) => pareto.time),
      [true, false, null],
    )
    assert.deepEqual(
      board.overall!.methods.map(({ model }) => model),
      ['markov', 'popularity'],
    )
    const rows = (standing?: Board['standings'][0]) =>
      standing!.lines.map(({ rank, model }) => `${rank} ${model}`)
    assert.deepEqual(rows(made), ['1 markov', '2 popularity', 'null oracle'])
    assert.deepEqual(rows(real), ['1 markov', '2 popularity'])
    const text = await read('recommenders/leaderboard.md', root)
    assert.ok(!text.includes('is not finished here'))
    assert.equal(text.match(/- oracle, which has no rank: oracle with none\./g)?.length, 1)
  })

  it('leaves out runs whose lists come from an approximate search, says so, and shows them when asked to', async () => {
    const root = at('approximate')
    const dataset = await fakeLists(root, 'log', 16)
    const fake = (model: string, loss: string, level: number) =>
      fakeRun(root, dataset, { model, loss, perRow: { 'ndcg@10': around(level) } })
    const folder = await fake('sasrec', 'sce', 0.3)
    const submission = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
    const search = { index: 'hnsw', 'recall@50': 0.99812, users: 16 }
    submission.method.params = { budget: { search: 'approximate' }, search }
    await writeFile(join(folder, 'run.json'), JSON.stringify(submission))
    const said = 'its lists come from an approximate search, recall@50 0.998 over 16 users.'

    await run('recommenders', root)
    const alone = await read('recommenders/leaderboard.md', root) // the one run there is
    assert.match(alone, /No run of the track recommenders is finished yet/)
    assert.ok(alone.includes('Left out: sasrec'), alone)

    await fake('popularity', 'none', 0.1)
    const models = async () =>
      (await boardOf('recommenders', root)).standings[0]!.lines.map(({ rank, model }) => `${rank} ${model}`)
    await run('recommenders', root)
    assert.deepEqual(await models(), ['1 popularity'])
    assert.ok(
      (await boardOf('recommenders', root)).standings[0]!.notes.includes(
        `Left out: sasrec_sce_0; ${said.slice(0, -1)}. --set leaderboard.approximate=true shows it.`,
      ),
    )
    await run('recommenders', root, { approximate: true })
    assert.deepEqual(await models(), ['1 sasrec', '2 popularity'])
    assert.ok((await boardOf('recommenders', root)).standings[0]!.notes.includes(`sasrec_sce_0: ${said}`))
  })

  it('works where nothing is finished, with datasets and without', async () => {
    for (const [name, make] of Object.entries({
      bare: async () => {},
      data: (root: string) => fakeFields(root, NAME, 4),
    })) {
      const root = at(name)
      await make(root)
      assert.deepEqual(await run('operators', root), {
        datasets: name === 'data' ? 1 : 0,
        runs: 0,
        figures: name === 'data' ? 1 : 0,
      })
      const expected = `No run of the track operators is finished yet. fieldrank run --profile ${name} makes them.`
      assert.ok((await read('operators/leaderboard.md', root)).includes(expected))
      assert.equal((await read('operators/leaderboard.csv', root)).trimEnd().split('\n').length, 1)
    }
  })

  it('refuses runs that were scored on other rows', async () => {
    const root = at('rows')
    const dataset = await fakeFields(root, NAME, 4)
    await fakeRun(root, dataset, { model: 'fno', loss: 'energy', perRow: { 'relative-l2': [1, 2, 3] } })
    await fakeRun(root, dataset, { model: 'unet', loss: 'energy', perRow: { 'relative-l2': [1, 2] } })
    await assert.rejects(run('operators', root), /scores of unet_energy_0: not the same rows as fno_energy_0/)
  })
})
