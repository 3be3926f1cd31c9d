/** One track of a finished profile: its board, and for each dataset with lines the card, the recipe of its scores and its runs. */
import { join } from 'node:path'
import { loadTrack } from '../../benchmarks/track.ts'
import type { Columns, Dataset, Schema, Track } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { readManifest } from '../../io/manifest.ts'
import { tableOf } from '../../io/parquet.ts'
import type { Run, Standing } from '../../reports/board.ts'
import { nameOf } from '../../reports/charts.ts'
import { methodSlug, slug, slugs } from '../../reports/site/address.ts'
import type { Chapter, DatasetEntry, RunEntry } from '../../reports/site/contents.ts'
import type { Claim, Published } from '../../reports/site/recompute.ts'
import { readRuns } from '../stages/leaderboard/read-runs.ts'
import { isSubmitted, submittedIn } from '../stages/leaderboard/submissions.ts'
import type { Copies } from './copies.ts'
import { readBoard } from './read-board.ts'
import { readCard } from './read-card.ts'
import { worstRows } from './worst-rows.ts'

export async function readChapter(root: string, track: string, copies: Copies): Promise<Chapter> {
  const board = await readBoard(join(root, 'reports', track, 'leaderboard.json'))
  const loaded = await loadTrack(track)
  const sets: DatasetEntry[] = []
  for (const standing of board.standings) {
    if (standing.lines.length > 0)
      sets.push(await readSet({ root, name: track, track: loaded }, standing, copies))
  }
  return { board, sets }
}

interface Place {
  root: string
  name: string // of the track
  track: Track
}

async function readSet(place: Place, standing: Standing, copies: Copies): Promise<DatasetEntry> {
  const { root, name, track } = place
  const folder = join(root, 'datasets', name, standing.dataset.name)
  const dataset = await readManifest(folder)
  checkVersion(dataset, standing)
  const truth = await track.truth(dataset, folder, 'test')
  const shards = await publishShards(dataset, folder, copies)
  const runs = await readEntries(place, { standing, dataset, truth }, copies)
  return {
    standing,
    dataset,
    card: await readCard(root, dataset, folder),
    runs,
    recipe: {
      track: name,
      dataset: dataset.name,
      key: track.key,
      facts: { ...dataset.facts, ...(await track.measured?.(dataset, folder)) }, // as score.ts tells metrics
      truth: { schema: schemaOf(dataset, truth), shards },
      predictions: track.predictions(dataset.facts),
      metrics: standing.metrics.map((metric) => metric.name),
      lines: claimsOf(standing, runs),
    },
  }
}

/** A board of other data than lie there now would be recomputed to other scores. */
function checkVersion({ name, version }: Dataset, { dataset }: Standing): void {
  if (version !== dataset.version)
    throw new UserError(
      `${name}: the board is of version ${dataset.version}, the folder has ${version}. fieldrank run makes it again`,
    )
}

/** The columns that the track compares with, as the manifest has them. */
function schemaOf({ schema }: Dataset, truth: Columns): Schema {
  return Object.fromEntries(Object.keys(truth.data).map((name) => [name, schema[name]!]))
}

async function publishShards(dataset: Dataset, folder: string, copies: Copies): Promise<Published[]> {
  const at = `data/${slug(dataset.track)}/${slugs(dataset.name)}`
  const shards: Published[] = []
  for (const shard of dataset.shards)
    if (shard.split === 'test')
      shards.push(await copies.add(join(folder, shard.path), shard, `${at}/${shard.path}`))
  if (shards.some(({ href }) => href !== null))
    await copies.keep(join(folder, 'manifest.json'), `${at}/manifest.json`)
  return shards
}

async function readEntries(
  { root, name, track }: Place,
  { standing, dataset, truth }: { standing: Standing; dataset: Dataset; truth: Columns },
  copies: Copies,
): Promise<Map<string, RunEntry>> {
  const folders = {
    runs: join(root, 'runs', name, dataset.name),
    scores: join(root, 'scores', name, dataset.name),
  }
  const submitted = submittedIn(join(root, 'reports', name), dataset.name)
  const own = await readRuns(folders, track.key)
  const others = await readRuns({ runs: submitted, scores: submitted }, track.key)
  const found = new Map([...own.runs, ...others.runs].map((run) => [run.name, run]))
  const entries = new Map<string, RunEntry>()
  for (const run of standing.lines.flatMap(({ runs }) => runs)) {
    const read = found.get(run)
    const folder = isSubmitted(run) ? submitted : folders.runs
    if (read === undefined)
      throw new UserError(`run ${run} of ${dataset.name}: is on the board, but not in ${folder}`)
    const at = `${slug(name)}/${slugs(dataset.name)}/${slugs(run)}`
    entries.set(run, {
      submission: read.submission,
      scores: read.scores ?? {},
      history: read.history,
      predictions: await publishPredictions(read, folder, `data/runs/${at}/predictions.parquet`, copies),
      worst: await worstRows(read, { dataset, truth, standing, track }, join(folder, run), {
        copies,
        at,
      }),
    })
  }
  return entries
}

/** The hashes of its stretches are taken here, of a file whose whole hash is that of run.json. */
async function publishPredictions(
  { name, submission }: Run,
  folder: string,
  href: string,
  copies: Copies,
): Promise<Published> {
  const path = join(folder, name, submission.predictions.path)
  const table = await tableOf(path)
  if (table.sha256 !== submission.predictions.sha256)
    throw new UserError(
      `predictions of ${name}: not those that run.json names. Damaged or outdated: predict again`,
    )
  return copies.add(path, table, href)
}

function claimsOf({ lines }: Standing, runs: ReadonlyMap<string, RunEntry>): Record<string, Claim> {
  const claims = lines
    .filter((line) => line.runs.length > 0 && Object.keys(line.scores).length > 0)
    .map((line): [string, Claim] => [
      methodSlug(line),
      {
        name: nameOf(line),
        scores: Object.fromEntries(Object.entries(line.scores).map(([metric, { value }]) => [metric, value])),
        runs: line.runs
          .filter((run) => Object.keys(runs.get(run)!.scores).length > 0)
          .map((run) => runs.get(run)!.predictions),
      },
    ])
  return Object.fromEntries(claims)
}
