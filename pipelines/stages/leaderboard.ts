/**
 * One table per dataset of a track, from the scores of its runs: leaderboard.json (every number in full), .md and .csv,
 * and the pictures that the report shows. Runs whose lists come from an approximate search are left out, and a note says so;
 * `approximate: true` shows them, with their recall in a note. A track without a finished run gets a board that says so. Where
 * submissions/<track>/ is among the deps, what others sent in is judged again and takes part.
 */
import { basename, join } from 'node:path'
import { LEVEL, ranks, resolution } from '../../benchmarks/rank.ts'
import { readPredictions } from '../../benchmarks/submission.ts'
import { loadTrack } from '../../benchmarks/track.ts'
import type { Context, Dataset, Metric, Track, Work } from '../../contracts.ts'
import { exists, writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { load } from '../../io/lookup.ts'
import { readManifest } from '../../io/manifest.ts'
import { meanIntervals } from '../../math/mean-interval.ts'
import {
  type Board,
  factsOf,
  type Line,
  linesOf,
  type Method,
  type MetricFacts,
  methodsOf,
  type Run,
  rankableOf,
  type Standing,
} from '../../reports/board.ts'
import { type Drawing, drawCurves, drawScores } from '../../reports/draw.ts'
import { drawFields } from '../../reports/draw-fields.ts'
import { drawMemory } from '../../reports/draw-memory.ts'
import { drawTime } from '../../reports/draw-time.ts'
import { markdown } from '../../reports/markdown.ts'
import { notesOf, PROTOCOL } from '../../reports/notes.ts'
import { overallOf } from '../../reports/overall.ts'
import { csv } from '../../reports/table.ts'
import { checkRows, foldersIn, readRuns } from './leaderboard/read-runs.ts'
import { isSubmitted, judgeEntries, SUBMITTED, submittedIn } from './leaderboard/submissions.ts'

const leaderboard: Work<{ track: string; approximate?: boolean }> = async ({ params, deps }, ctx) => {
  const { track: name, approximate = false } = params
  const track = await loadTrack(name)
  const sent = `submissions/${name}/`
  const asked = { key: track.key, approximate, sent: deps.includes(sent) ? ctx.dep(sent) : null }
  const entries = await readTrack(name, asked, ctx)
  const everyone = entries.flatMap(({ runs }) => runs.filter((run) => !isSubmitted(run.name)))
  const standings: Standing[] = []
  const drawings: Drawing[] = []
  for (const entry of entries) {
    const here = everyone.filter(({ submission }) => !entry.absent.includes(submission.method.model))
    const sentHere = entry.runs.filter((run) => isSubmitted(run.name)) // who sends one dataset owes no other
    const methods = methodsOf(entry.runs, [...here, ...sentHere])
    const standing = standingOf(entry, methods, name, ctx)
    standings.push(standing)
    drawings.push(...(await draw(entry, standing, methods, track)))
    ctx.progress(standings.length, entries.length, 'tables')
  }
  const { about, cite } = track
  const made = { profile: basename(ctx.root), asked: ctx.asked, seed: ctx.seed }
  await write(
    ctx.out(`reports/${name}`),
    {
      track: name,
      about,
      ...(cite !== undefined && { cite }),
      ...made,
      standings,
      overall: overallOf(standings),
    },
    drawings,
  )
  const submissions = entries.flatMap(({ runs }) => runs).length - everyone.length
  const facts = { datasets: entries.length, runs: everyone.length, figures: drawings.length }
  return submissions === 0 ? facts : { ...facts, submissions }
}

export default leaderboard

/** A dataset with all that was run on it. */
interface Entry {
  dataset: Dataset
  metrics: readonly MetricFacts[]
  runs: readonly Run[]
  absent: readonly string[] // models that have nothing to say here
  notes: readonly string[] // of runs by approximate search, and of entries of others that cannot be shown
  folders: { data: string; runs: string; submitted: string }
}

async function readTrack(
  track: string,
  { key, approximate, sent }: { key: string; approximate: boolean; sent: string | null },
  ctx: Context,
): Promise<Entry[]> {
  const [data, runs, scores] = (['datasets', 'runs', 'scores'] as const).map((kind) =>
    ctx.dep(`${kind}/${track}`),
  )
  const entries: Entry[] = []
  for (const name of await foldersIn(data!)) {
    ctx.signal.throwIfAborted()
    const submitted = submittedIn(ctx.out(`reports/${track}`), name)
    const folders = { data: join(data!, name), runs: join(runs!, name), submitted }
    if (!(await exists(join(folders.data, 'manifest.json')))) continue
    const found = await readRuns({ runs: folders.runs, scores: join(scores!, name) }, key, approximate)
    const metrics = await Promise.all(found.metrics.map((metric) => metricFacts(track, metric)))
    const dataset = await readManifest(folders.data)
    const table = { dataset, data: folders.data, metrics: found.metrics, out: submitted }
    const problems = sent === null ? [] : await judgeEntries(sent, table)
    const others = sent === null ? [] : (await readRuns({ runs: submitted, scores: submitted }, key)).runs
    const all = [...found.runs, ...others]
    checkRows(all)
    const notes = [...found.notes, ...problems]
    entries.push({ dataset, metrics, runs: all, absent: found.absent, folders, notes })
  }
  return entries
}

async function metricFacts(track: string, name: string): Promise<MetricFacts> {
  const { about, unit, better } = await load<Metric>('metric', `metrics/${track}`, name.split('@')[0]!)
  return { name, about, unit, better }
}

function standingOf(
  { dataset, metrics, runs, notes: found }: Entry,
  methods: readonly Method[],
  track: string,
  ctx: Context,
): Standing {
  const [first] = metrics
  const rows = rankableOf(methods, first).map(({ model, loss, perRow }) => ({
    name: `${model}_${loss}`,
    perRow: perRow[first!.name]!,
  }))
  const ranked = rows.length === 0 ? [] : ranks(rows, first!.better, ctx.rng('rank', track, dataset.name))
  const lines = linesOf(methods, first, ranked, intervalsOf(methods, dataset.name, ctx))
  const seen = resolution(rows.map(({ perRow }) => perRow))
  const notes = notesOf(
    { metrics, lines, resolution: seen },
    { level: LEVEL, protocol: PROTOCOL[track] ?? [] },
  )
  if (runs.some(({ name }) => isSubmitted(name))) notes.push(SUBMITTED)
  return { ...factsOf(dataset), metrics, resolution: seen, lines, notes: [...notes, ...found] }
}

/** Of every metric that has a value per row; all methods of a dataset meet the same resamples. */
function intervalsOf(methods: readonly Method[], name: string, ctx: Context): Map<Method, Line['intervals']> {
  const all = methods.flatMap((method) =>
    Object.entries(method.perRow).map(([metric, perRow]) => ({ method, metric, perRow })),
  )
  const samples = all.map(({ perRow }) => perRow)
  const intervals = meanIntervals(samples, RESAMPLES, ctx.rng('intervals', name))
  return new Map(
    methods.map((method) => {
      const own = all.flatMap((one, i) =>
        one.method === method && intervals[i] ? [[one.metric, intervals[i]] as const] : [],
      )
      return [method, Object.fromEntries(own)]
    }),
  )
}

/** The 95 % point of as many ratios wavers by 3 % of itself. */
const RESAMPLES = 2000

async function draw(
  { dataset, runs, folders }: Entry,
  standing: Standing,
  methods: readonly Method[],
  track: Track,
): Promise<Drawing[]> {
  const predictions = async (name: string) => {
    const { submission } = runs.find((run) => run.name === name)!
    const folder = isSubmitted(name) ? folders.submitted : folders.runs
    return readPredictions(join(folder, name, 'run.json'), submission, track.predictions(dataset.facts))
  }
  const isField = track.predictions(dataset.facts).x?.shape.length === 2 // else only the problem is drawn
  return [
    ...(await drawScores(standing)),
    ...(await drawMemory(standing)),
    ...(await drawTime(standing)),
    ...(await drawFields(dataset, isField ? standing.lines : [], { data: folders.data, predictions })),
    ...(await drawCurves(dataset.name, methods, track.watch)),
  ]
}

async function write(out: string, board: Board, drawings: readonly Drawing[]): Promise<void> {
  await writeDurable(join(out, 'leaderboard.json'), pretty(board))
  await writeDurable(join(out, 'leaderboard.md'), markdown(board))
  await writeDurable(join(out, 'leaderboard.csv'), csv(board))
  await writeDurable(join(out, 'figures.json'), pretty(drawings.map(({ figure }) => figure)))
  for (const [name, svg] of drawings.flatMap(({ files }) => [...files]))
    await writeDurable(join(out, name), svg)
}
