import assert from 'node:assert/strict'
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { score } from '../../../../benchmarks/score.ts'
import type { Entry } from '../../../../benchmarks/submission/entry.ts'
import type { Columns, Dataset } from '../../../../contracts.ts'
import { fromBlob } from '../../../../io/byte-source.ts'
import { listFiles, sha256File } from '../../../../io/files.ts'
import { pretty } from '../../../../io/json.ts'
import { readSplit } from '../../../../io/manifest.ts'
import { writeParquet } from '../../../../io/parquet.ts'
import { buildSite } from '../../../../pipelines/site.ts'
import leaderboard from '../../../../pipelines/stages/leaderboard.ts'
import type { Board } from '../../../../reports/board.ts'
import { type Recipe, recompute } from '../../../../reports/site/recompute.ts'
import { GRID, makeOperators, temporary } from '../../../benchmarks/toy-datasets.ts'
import { testContext } from '../../../context.ts'
import { fakeRun, nearly } from '../../../reports/fixture.ts'

const NAME = 'toy-fields'
const METRICS = ['relative-l2', 'max-error']
const SENT = 'submissions/operators'

describe('stage leaderboard: submissions', function () {
  this.timeout(240_000) // starts child processes and draws charts; a loaded machine takes its time
  let root: string
  let dataset: Dataset
  let truth: Columns
  let without: string // leaderboard.json before anything was sent in
  const at = (...path: string[]) => join(root, ...path)
  const run = (deps: string[]) =>
    leaderboard(
      {
        id: 'leaderboard@operators',
        run: 'leaderboard',
        deps,
        outs: [],
        params: { track: 'operators' },
        device: 'cpu',
      },
      testContext(root),
    )
  const text = (file: string) => readFile(at('reports/operators', file), 'utf8')
  const table = async () => (JSON.parse(await text('leaderboard.json')) as Board).standings[0]!

  before(async () => {
    root = join(await temporary(), 'toy')
    const data = at('datasets/operators', NAME)
    dataset = await makeOperators(data, { train: 4, valid: 2, test: 24 })
    truth = await readSplit(data, dataset, 'test', ['row', 'x'])
    for (const [model, error] of Object.entries({ fno: 0.01, unet: 0.05 })) {
      const predicted = nearly(truth, GRID, error)
      const folder = await fakeRun(root, dataset, {
        model,
        loss: 'relative-l2',
        perRow: {},
        predicted,
        scored: false,
      })
      const out = at('scores/operators', NAME, `${model}_relative-l2_0`)
      await score({ track: 'operators', metrics: METRICS }, { run: folder, data, out })
    }
    await run([])
    without = await text('leaderboard.json')
    await sendAll()
    assert.deepEqual(await run([`${SENT}/`]), { datasets: 1, runs: 2, figures: 4, submissions: 2 })
  })

  /** An entry whose predictions are the truth plus `error`; its numbers are a lie. */
  async function send(name: string, error: number, change: (entry: Entry) => Entry = (one) => one) {
    const { data } = error === 0 ? truth : nearly(truth, GRID, error)
    const columns = { rows: 24, data: { row: data.row!, x: Float32Array.from(data.x as Float64Array) } }
    const schema = {
      row: { type: 'i32', shape: [], about: 'row' },
      x: { type: 'f32', shape: [GRID, GRID], about: 'prediction' },
    } as const
    const written = await writeParquet(at(SENT, 'new.parquet'), schema, columns)
    const { sha256, bytes } = written
    const path = `${name}.${sha256.slice(0, 12)}.parquet`
    await rename(at(SENT, 'new.parquet'), at(SENT, path))
    const entry: Entry = {
      name,
      submitted: '2026-01-02T03:04:05.000Z',
      about: 'Sent in',
      track: 'operators',
      dataset: { name: NAME, version: dataset.version },
      method: { model: 'exact', loss: 'none', params: {}, seed: 0, parameters: 7 },
      predictions: { path, sha256, bytes },
      by: { name: 'A. Name' },
      made: { version: '0.1.0' },
      manifest: await sha256File(at('datasets/operators', NAME, 'manifest.json')),
      scores: { 'relative-l2': { value: 9, stderr: null, rows: 1 } },
    }
    await writeFile(at(SENT, `${name}.json`), pretty(change(entry)))
    return at(SENT, path)
  }

  async function sendAll() {
    await mkdir(at(SENT), { recursive: true })
    const called = (model: string) => (entry: Entry) => ({ ...entry, method: { ...entry.method, model } })
    await send('best', 0, (entry) => ({ ...entry, method: { ...entry.method, params: { bound: true } } }))
    // another sender's method that is called as ours is
    await send('posing', 0.05, (entry) => ({
      ...entry,
      method: { ...entry.method, model: 'fno', loss: 'relative-l2' },
      by: { name: 'B' },
    }))
    await send('twice', 0.02)
    await send('older', 0, (entry) => ({ ...entry, dataset: { name: NAME, version: '0.9.0' } }))
    await send('other', 0, (entry) => ({ ...entry, manifest: 'b'.repeat(64) }))
    await send('elsewhere', 0, (entry) => ({ ...entry, dataset: { name: 'another', version: '1.0.0' } }))
    const file = await send('damaged', 0.03, called('damaged'))
    const bytes = await readFile(file)
    await writeFile(
      file,
      bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
    )
    await rm(await send('gone', 0.04, called('gone')))
    await writeFile(at(SENT, 'words.json'), '{ "name": ')
    await symlink('best.json', at(SENT, 'linked.json'))
    // sound in its hash, but no rows: the child refuses it
    const none = await send('junk', 0.06, called('junk'))
    await writeFile(none, 'no Parquet at all')
    const entry = JSON.parse(await readFile(at(SENT, 'junk.json'), 'utf8')) as Entry
    const sha256 = await sha256File(none)
    const path = `junk.${sha256.slice(0, 12)}.parquet`
    await copyFile(none, at(SENT, path))
    await writeFile(
      at(SENT, 'junk.json'),
      pretty({ ...entry, predictions: { path, sha256, bytes: 'no Parquet at all'.length } }),
    )
  }

  it('ranks by the predictions, beside the runs, under the name of the sender', async () => {
    const { lines } = await table()
    assert.deepEqual(
      lines.map(({ rank, model, loss, by, runs }) => [rank, model, loss, by?.name, ...runs]),
      [
        [1, 'exact (by A. Name)', 'none', 'A. Name', 'submitted.best'],
        [2, 'fno', 'relative-l2', 'fieldrank', 'fno_relative-l2_0'],
        // the same predictions: a tie
        [3, 'fno (by B)', 'relative-l2', 'B', 'submitted.posing'],
        [3, 'unet', 'relative-l2', 'fieldrank', 'unet_relative-l2_0'],
      ],
    )
    const [best, , posing, unet] = lines
    assert.deepEqual(posing!.scores, unet!.scores)
    assert.deepEqual(posing!.intervals, unet!.intervals)
    assert.ok(posing!.groups.some((group) => unet!.groups.includes(group)))
    // The truth rounded to float32: each value within half a unit in the last place, 2⁻²⁴ of it.
    assert.ok(best!.scores['relative-l2']!.value < 2 ** -24)
    assert.equal(best!.scores['relative-l2']!.rows, 24)
    assert.ok(best!.intervals['max-error'])
    assert.equal(best!.trainSeconds, null)
  })

  it('names below the table each entry that it cannot show, and why', async () => {
    const { notes } = await table()
    const said = notes.filter((note) => note.startsWith('Not shown: '))
    const expected: [string, RegExp][] = [
      ['damaged', /: predictions have sha256 .* \[predictions-sha256\]$/],
      ['gone', /: no such file \(gone\.[0-9a-f]{12}\.parquet\) \[file-exists\]$/],
      ['junk', /: .* \[[\w-]+\]$/],
      ['linked', /: is no plain file \[file-plain\]$/],
      ['older', /: was made on version 0\.9\.0 of toy-fields, here is 1\.0\.0 \[entry-version\]$/],
      ['other', /: was made on another toy-fields: manifest bbbbbbbbbbbb…, here .*\[entry-manifest\]$/],
      ['twice', /sender are those of operators\/best\.json\. .* \[method-twice\]$/],
      ['words', / \[entry-format\]$/],
    ]
    assert.equal(said.length, expected.length, said.join('\n'))
    for (const [i, [name, pattern]] of expected.entries()) {
      assert.ok(said[i]!.startsWith(`Not shown: submissions/operators/${name}.json: `), said[i])
      assert.match(said[i]!, pattern)
      assert.ok(!said[i]!.includes(root), `${said[i]} names a folder of this machine`)
    }
    assert.ok(notes.some((note) => note.includes('sent in by others')))
    const markdown = await text('leaderboard.md')
    assert.ok(markdown.includes('submissions/operators/damaged.json'))
    assert.match(markdown, /\| by +\|/)
  })

  it('leaves its own copy alone, in the form of a run, and says the same again', async () => {
    const before = await text('leaderboard.json')
    const files = await listFiles(at('reports/operators/submitted'))
    const four = ['predictions.parquet', 'rows.parquet', 'run.json', 'scores.json']
    assert.deepEqual(
      files,
      ['best', 'posing'].flatMap((name) => four.map((file) => `${NAME}/submitted.${name}/${file}`)),
    )
    await run([`${SENT}/`])
    assert.equal(await text('leaderboard.json'), before)
  })

  it('has pages on the site, where a browser computes its scores again', async () => {
    const out = at('site')
    await buildSite({ root, out, limit: 1e9, log: () => {} })
    const index = await readFile(join(out, 'index.html'), 'utf8')
    assert.ok(index.includes('exact (by A. Name)'))
    const [, json] = /<script type="application\/json" id="recipes">(.*?)<\/script>/.exec(index)!
    const [recipe] = Object.values(JSON.parse(json!) as Record<string, Recipe>)
    const [line] = Object.entries(recipe!.lines).find(([, { name }]) => name.startsWith('fno (by B)'))!
    const open = async ({ href, path }: { href: string | null; path: string }) =>
      fromBlob(new Blob([await readFile(join(out, href!))]), path)
    const outcomes = await recompute(recipe!, line, open, () => {})
    assert.deepEqual(
      outcomes.map(({ metric, agrees }) => [metric, agrees]),
      METRICS.map((metric) => [metric, true]),
    )
    const pages = (await listFiles(join(out, 'methods'))).filter((name) => name.includes('exact-by-a'))
    assert.equal(pages.length, 1)
    assert.ok((await readFile(join(out, 'methods', pages[0]!), 'utf8')).includes('Sent in'))
  })

  it('changes no byte where nothing was sent in', async () => {
    await rm(at('submissions'), { recursive: true })
    assert.deepEqual(await run([`${SENT}/`]), { datasets: 1, runs: 2, figures: 4 })
    assert.equal(await text('leaderboard.json'), without)
    assert.deepEqual(await listFiles(at('reports/operators/submitted')), [])
  })
})
