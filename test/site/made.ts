/**
 * A finished run of two tracks in a temporary folder, without training: predictions are the truth plus an error, scores are
 * computed from them as the pipeline does. One method and its sender have names that attack whoever shows them.
 */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { score } from '../../benchmarks/score.ts'
import type { Columns, Dataset, Schema } from '../../contracts.ts'
import { writeDurable } from '../../io/files.ts'
import { readSplit } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import { buildSite } from '../../pipelines/site.ts'
import leaderboard from '../../pipelines/stages/leaderboard.ts'
import { testContext } from '../context.ts'
import { fakeFields, fakeLists, fakeRun, nearly } from '../reports/fixture.ts'

export const GRID = 16
export const FIELDS = 'cubic0.1_grid16'
export const LISTS = 'zipf_leave-one-out'
export const HOSTILE = `<img src=x onerror="alert(1)">\u202Egpj.exe</script><script>alert(2)</script>'"`

export interface Made {
  root: string // data/<profile>
  out: string // the site
  remove(): Promise<void>
}

/** `limit` in bytes, as `buildSite` takes it. */
export async function makeSite(limit = 1e9): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'site-'))
  const [root, out] = [join(folder, 'tiny'), join(folder, 'site')]
  await makeOperators(root)
  await makeLists(root)
  for (const track of ['operators', 'recommenders'])
    await leaderboard(
      {
        id: `leaderboard@${track}`,
        run: 'leaderboard',
        deps: [],
        outs: [],
        params: { track },
        device: 'cpu',
      },
      testContext(root),
    )
  await buildSite({ root, out, limit, log: () => {} })
  return { root, out, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function makeOperators(root: string): Promise<void> {
  const dataset = await fakeFields(root, FIELDS, GRID)
  const truth = await readSplit(join(root, 'datasets/operators', FIELDS), dataset, 'test', ['row', 'x'])
  const history = [
    [1, 0.9],
    [0.5, 0.4],
    [0.1, 0.2],
  ] as const
  const methods = [
    { model: 'fno', loss: 'relative-l2', seed: 0, error: 0.001, trainSeconds: 300 },
    { model: 'fno', loss: 'relative-l2', seed: 1, error: 0.0012, trainSeconds: 290 },
    { model: 'unet', loss: 'energy', seed: 0, error: 0.003, trainSeconds: 100 },
    { model: HOSTILE, loss: 'relative-l2', seed: 0, error: 0.002, trainSeconds: 200 },
  ]
  for (const [i, { model, loss, seed, error, trainSeconds }] of methods.entries()) {
    const predicted = nearly(truth, GRID, error)
    const run = { model, loss, seed, perRow: { 'relative-l2': [1, 1] }, predicted, history, trainSeconds }
    const name = await renamed(root, dataset, `run${i}_${seed}`, { ...run, by: HOSTILE })
    await scored(root, dataset, name, ['relative-l2', 'energy-error', 'spectrum-high'])
  }
}

/** fakeRun names the folder after the model; ours gets a plain name, whatever the model is called. */
async function renamed(
  root: string,
  dataset: Dataset,
  name: string,
  run: Parameters<typeof fakeRun>[2],
): Promise<string> {
  const folder = await fakeRun(root, dataset, { ...run, model: name, loss: run.loss, scored: false })
  const path = join(folder, 'run.json')
  const submission = JSON.parse(await readFile(path, 'utf8'))
  submission.method.model = run.model
  await writeFile(path, JSON.stringify(submission))
  await rename(folder, join(folder, '..', name))
  return name
}

/** With a card that is there already: one that is made would ask for the catalog. */
async function makeLists(root: string): Promise<void> {
  const dataset = await fakeLists(root, LISTS, 40)
  const card = { name: LISTS, about: 'A fake log', source: 'Version 1.0.0', cite: null, sections: [] }
  await writeDurable(join(root, 'cards/datasets/recommenders', LISTS, 'card.json'), JSON.stringify(card))
  const lists: Schema = {
    user: { type: 'i32', shape: [], about: 'user' },
    items: { type: 'i32', shape: [50], about: 'list' },
  }
  for (const [model, spread] of [
    ['popularity', 60],
    ['markov', 20],
  ] as const) {
    const name = `${model}_none_0`
    const folder = await fakeRun(root, dataset, {
      model,
      loss: 'none',
      perRow: { 'ndcg@10': [0] },
      scored: false,
    })
    const table = await writeParquet(join(folder, 'predictions.parquet'), lists, rankings(spread))
    const submission = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
    submission.predictions = { path: table.path, sha256: table.sha256, bytes: table.bytes }
    await writeFile(join(folder, 'run.json'), JSON.stringify(submission))
    await scored(root, dataset, name, ['ndcg@10', 'coverage@10'])
  }
}

/** 50 different items from 3 on for each of 40 users, the target (3) at a place that is drawn. */
function rankings(spread: number): Columns {
  const random = rng(1, 'lists', spread)
  const items = Array.from({ length: 40 }, () => {
    const list = Array.from({ length: 50 }, (_, i) => 4 + i)
    const place = random.integer(spread)
    if (place < 50) list[place] = 3
    return list
  })
  return {
    rows: 40,
    data: { user: Int32Array.from({ length: 40 }, (_, u) => u + 1), items: Int32Array.from(items.flat()) },
  }
}

async function scored(
  root: string,
  { track, name: dataset }: Dataset,
  run: string,
  metrics: string[],
): Promise<void> {
  const place = (kind: string) => join(root, kind, track, dataset)
  await score(
    { track, metrics },
    { run: join(place('runs'), run), data: place('datasets'), out: join(place('scores'), run) },
  )
}
