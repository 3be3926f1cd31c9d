import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import type { Dataset } from '../../../contracts.ts'
import { readSplit } from '../../../io/manifest.ts'
import { writeParquet } from '../../../io/parquet.ts'
import type { Board } from '../../../reports/board.ts'
import type { Figure } from '../../../reports/figures.ts'
import { fakeFields, fakeLists, fakeRun, nearly } from '../../reports/fixture.ts'
import { around, leaderboardStage } from './leaderboard/in-a-folder.ts'

const GRID = 8
const NAME = 'gaussian0.4_grid8'

describe('stage leaderboard', function () {
  this.timeout(120_000) // draws a dozen charts; a loaded machine takes its time
  const { at, run, read, boardOf } = leaderboardStage()

  describe('operators', () => {
    let dataset: Dataset
    before(async () => {
      dataset = await fakeFields(at(), NAME, GRID)
      const truth = await readSplit(at('tiny', 'datasets/operators', NAME), dataset, 'test', ['row', 'x'])
      const history = [
        [1, 0.9],
        [0.5, ''],
        [0.1, 0.2],
      ] as const
      const metrics = (level: number, phase: number) => ({
        'relative-l2': around(level, phase),
        'max-error': around(level / 1000),
      })
      const fake = (model: string, loss: string, level: number, { seed = 0, phase = 0 } = {}) =>
        fakeRun(at(), dataset, {
          model,
          loss,
          seed,
          perRow: metrics(level, phase),
          history,
          predicted: nearly(truth, GRID, 0.001),
        })
      await fake('fno', 'relative-l2', 0.1)
      await fake('fno', 'relative-l2', 0.1004, { seed: 1 })
      await fake('fno', 'energy', 0.1, { phase: 5 })
      await fake('unet', 'relative-l2', 0.3)
      // the row order of a file must not matter: one run is stored from the last row to the first
      const rows = at('tiny', 'scores/operators', NAME, 'unet_relative-l2_0/rows.parquet')
      const [values, ids] = [around(0.3).reverse(), Int32Array.from({ length: 16 }, (_, i) => 15 - i)]
      const column = { shape: [], about: '' } as const
      const schema = { row: { type: 'i32', ...column }, 'relative-l2': { type: 'f64', ...column } } as const
      await writeParquet(rows, schema, {
        rows: 16,
        data: { row: ids, 'relative-l2': Float64Array.from(values) },
      })
      await mkdir(at('tiny', 'runs/operators', NAME, 'unet_energy_0.partial'), { recursive: true })
      assert.deepEqual(await run('operators'), { datasets: 1, runs: 4, figures: 6 })
    })

    it('ranks with ties, averages seeds, and shows no pair that is run nowhere', async () => {
      const [{ lines, rows, metrics }] = (await boardOf('operators')).standings as [Board['standings'][0]]
      assert.deepEqual(
        lines.map(({ rank, model, loss, seeds }) => [rank, model, loss, seeds.join(' ')]),
        [
          [1, 'fno', 'energy', '0'],
          [1, 'fno', 'relative-l2', '0 1'],
          [3, 'unet', 'relative-l2', '0'],
        ],
      )
      assert.equal(rows, 2)
      assert.deepEqual(
        metrics.map(({ name, better }) => `${name} ${better}`),
        ['relative-l2 lower', 'max-error lower'],
      )
      // (0.1 + 0.1004) / 2 times the mean of the wiggle
      const wiggle = around(1).reduce((sum, x) => sum + x, 0) / 16
      assert.ok(Math.abs(lines[1]!.scores['relative-l2']!.value - 0.1002 * wiggle) < 1e-12) // sums of 16 numbers in f64
    })

    it('writes the same table as Markdown and as CSV', async () => {
      const table = (await read('operators/leaderboard.md'))
        .split('\n')
        .filter((text) => text.startsWith('|'))
      assert.equal(table.length, 5)
      assert.match(table[4]!, /^\| {3}3 \| {5}3 \| unet {2}\| relative-l2 \| /)
      const records = (await read('operators/leaderboard.csv')).trimEnd().split('\n')
      assert.deepEqual(
        records.map((record) => record.split(',').slice(6, 9).join(' ')),
        ['model loss seeds', 'fno energy 0', 'fno relative-l2 0 1', 'unet relative-l2 0'],
      )
    })

    it('draws scores, the first test row with the best of two models, and curves', async () => {
      const figures = JSON.parse(await read('operators/figures.json')) as Figure[]
      assert.deepEqual(
        figures.map(({ title, files }) => [title, files.length]),
        [
          ['Scores', 1],
          ['The first test row', 2],
          ['fno · energy', 2],
          ['unet · relative-l2', 2],
          ['Training loss', 2],
          ['Validation relative-l2', 2],
        ],
      )
      const files = (await readdir(at('tiny', 'reports/operators'))).filter((file) => file.endsWith('.svg'))
      assert.deepEqual(files.sort(), figures.flatMap((figure) => figure.files).sort())
    })

    it('shows row 0 wherever the file has it: ‖x̂ − x‖ / ‖x‖ by hand', async () => {
      const { data } = await readSplit(at('tiny', 'datasets/operators', NAME), dataset, 'test', ['row', 'x'])
      const first = (data.row as Int32Array).indexOf(0) * GRID * GRID
      const x = (data.x as Float64Array).subarray(first, first + GRID * GRID)
      const { data: made } = nearly(
        { rows: 1, data: { row: Int32Array.of(0), x: Float64Array.from(x) } },
        GRID,
        0.001,
      )
      const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values))
      const expected = norm((made.x as Float32Array).map((value, i) => value - x[i]!)) / norm(x)
      const [, , best] = JSON.parse(await read('operators/figures.json')) as Figure[]
      const [, shown] = /‖x̂ − x‖ \/ ‖x‖ = ([\d.]+)/.exec(best!.caption)!
      assert.ok(Math.abs(Number(shown) / expected - 1) < 0.006, `${shown}, expected ${expected}`) // three digits are shown
    })

    it('says the same of the same runs', async () => {
      const before = await read('operators/leaderboard.json')
      await run('operators')
      assert.equal(await read('operators/leaderboard.json'), before)
    })

    it('refuses predictions that are not those that were scored', async () => {
      const path = at('tiny', 'runs/operators', NAME, 'fno_energy_0/predictions.parquet')
      const bytes = await readFile(path)
      await writeFile(
        path,
        bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
      )
      await assert.rejects(run('operators'), /predictions\.parquet: sha256 is/)
      await writeFile(path, bytes)
    })
  })

  describe('recommenders', () => {
    before(async () => {
      const dataset = await fakeLists(at(), 'zipf_leave-one-out', 16, { made: true })
      const perRow = (level: number) => ({ 'ndcg@10': around(level) })
      const whole = { 'coverage@10': 0.25 }
      await fakeRun(at(), dataset, {
        model: 'sasrec',
        loss: 'ce',
        perRow: perRow(0.2),
        whole,
        history: [[6, 0.1]],
      })
      await fakeRun(at(), dataset, {
        model: 'popularity',
        loss: 'none',
        perRow: perRow(0.1),
        whole,
        peakBytes: null,
      })
      await fakeRun(at(), dataset, { model: 'markov', loss: 'none', perRow: {}, scored: false })
      await run('recommenders')
    })

    it('ranks the larger first, keeps fitted methods out of the product, and shows a run without scores', async () => {
      const [{ lines }] = (await boardOf('recommenders')).standings as [Board['standings'][0]]
      assert.deepEqual(
        lines.map(({ rank, model, loss }) => [rank, model, loss]),
        [
          [1, 'sasrec', 'ce'],
          [2, 'popularity', 'none'],
          [null, 'markov', 'none'],
        ],
      )
      assert.deepEqual(lines[0]!.scores['coverage@10'], { value: 0.25, stderr: null, rows: 16 })
    })

    it('says that the log is made, how ties are broken, and draws no fields', async () => {
      const text = await read('recommenders/leaderboard.md')
      for (const said of [
        'A made log: this table checks the machinery',
        'smaller item id',
        'whole catalog',
        '0.250 |',
      ])
        assert.ok(text.includes(said), said)
      const figures = JSON.parse(await read('recommenders/figures.json')) as Figure[]
      assert.deepEqual(
        figures.map(({ title }) => title),
        ['Scores', 'Training loss', 'Validation ndcg@10'],
      )
    })
  })
})
