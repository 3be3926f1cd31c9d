/**
 * What others sent in, on a board: the entries of submissions/<track>/ whose dataset is, by its manifest, the one of a table.
 *
 * No number of an entry is used. Its predictions are opened in a guarded child, checked by the rules of `fieldrank submit`, and
 * scored again there; our copy of them and the scores are left as reports/<track>/submitted/<dataset>/submitted.<entry>/, in
 * the form of the folders of a run, so that everything that reads a run reads them. The owner is part of the name of the model,
 * so that no submission can pass for a run of ours or be averaged with one. What cannot be shown is a sentence for below the
 * table, never an error of the stage. Entries for a dataset that this profile does not have belong to another board.
 */
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Entry } from '../../../benchmarks/submission/entry.ts'
import type { Judged } from '../../../benchmarks/submission/judge.ts'
import { broken, refuse } from '../../../benchmarks/submission/rule.ts'
import { placedRules, recomputedRules } from '../../../benchmarks/submission/rules/entry.ts'
import { statementRules } from '../../../benchmarks/submission/rules/statement.ts'
import { entryOfBytes, statementOf } from '../../../benchmarks/submission/written.ts'
import { writeSubmission } from '../../../benchmarks/submission.ts'
import type { Dataset, Submission } from '../../../contracts.ts'
import { exists, sha256File, writeDurable } from '../../../io/files.ts'
import { pretty } from '../../../io/json.ts'
import { MANIFEST } from '../../../io/manifest.ts'
import { judgeGuarded } from '../../submit.ts'

export interface Table {
  dataset: Dataset
  data: string // folder of the dataset
  metrics: readonly string[] // of the runs of the table
  out: string // receives a folder per entry
}

/** Where the judged entries of a dataset lie in a report. */
export function submittedIn(report: string, dataset: string): string {
  return join(report, 'submitted', dataset)
}

/** Whether the name of a run is one that we gave to an entry. */
export function isSubmitted(run: string): boolean {
  return run.startsWith(PREFIX)
}
const PREFIX = 'submitted.'

/** What stands below a table that shows an entry. */
export const SUBMITTED =
  'by, behind the name of a model: sent in by others, as predictions. Their scores are computed here; weights, loss and seed are what the sender says of them.'

/** Leaves a folder for each entry that can be shown; returns a sentence for each that cannot. */
export async function judgeEntries(folder: string, table: Table): Promise<string[]> {
  await rm(table.out, { recursive: true, force: true })
  const problems: string[] = []
  const taken = new Map<string, string>()
  for (const file of await entriesIn(folder)) {
    const path = `${table.dataset.track}/${file}`
    try {
      await judgeEntry(folder, path, table, taken)
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException
      if (OURS.test(code ?? '')) throw error
      problems.push(`Not shown: submissions/${message.startsWith(path) ? message : `${path}: ${message}`}`)
    }
  }
  return problems
}

/** A machine in trouble is no fault of an entry. */
const OURS = /^(ENOSPC|EDQUOT|EIO|EMFILE|ENFILE|ENOMEM)$/

/** As `fieldrank submit` has them, twice the time: a board may be made on a machine with more to do. */
const LIMITS = { seconds: 600, bytes: 4 * 2 ** 30 }

async function entriesIn(folder: string): Promise<string[]> {
  if (!(await exists(folder))) return []
  return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
}

async function judgeEntry(
  folder: string,
  path: string,
  table: Table,
  taken: Map<string, string>,
): Promise<void> {
  const full = join(folder, path.slice(path.indexOf('/') + 1))
  if (!(await lstat(full)).isFile()) throw broken(path, 'file-plain', 'is no plain file')
  const bytes = await readFile(full)
  const entry = entryOfBytes(bytes, path)
  if (entry.dataset.name !== table.dataset.name) return
  await checkEntry(entry, { path, text: bytes.toString('utf8') }, table)
  if (table.metrics.length === 0)
    throw broken(path, 'metrics-known', `no run on ${entry.dataset.name} is scored yet to compare it with`)
  checkNew(entry, path, taken)
  await mkdir(table.out, { recursive: true })
  const work = await mkdtemp(join(table.out, 'work-'))
  try {
    const file = await predictionsOf(entry, path, folder)
    const request = { subject: path, file, data: table.data, metrics: table.metrics }
    const judged = await judgeGuarded(request, { limits: LIMITS, env: {} }, work)
    await keep(entry, judged, join(work, 'out'), join(table.out, PREFIX + entry.name))
  } catch (error) {
    // The name of the temporary folder is another each time, and a board says the same of the same runs.
    ;(error as Error).message = (error as Error).message.replaceAll(work + sep, '')
    throw error
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The rules of check-submissions, but for those about the clock and about numbers, which are not used here. */
async function checkEntry(
  entry: Entry,
  { path, text }: { path: string; text: string },
  { dataset, data }: Table,
): Promise<void> {
  const { name, version, track } = dataset
  refuse(path, statementRules, statementOf(entry, dataset))
  refuse(path, placedRules, {
    path,
    text,
    entry,
    now: new Date(entry.submitted),
    metrics: Object.keys(entry.scores),
    dataset: { name, version, track, manifest: await sha256File(join(data, MANIFEST)) },
  })
}

/** Two entries of one name, loss and seed would be averaged as if they were two seeds. */
function checkNew(entry: Entry, path: string, taken: Map<string, string>): void {
  const key = [nameOf(entry), entry.method.loss, entry.method.seed].join('\n')
  const other = taken.get(key)
  if (other !== undefined)
    throw broken(
      path,
      'method-twice',
      `its model, loss, seed and sender are those of ${other}. Replace that one, or name the model otherwise`,
    )
  taken.set(key, path)
}

function nameOf({ method, by }: Entry): string {
  return `${method.model} (by ${by.name})`
}

/** The stored predictions, if they are those that the entry names. */
async function predictionsOf(entry: Entry, path: string, folder: string): Promise<string> {
  const file = join(folder, entry.predictions.path)
  const info = await lstat(file).catch(() => null)
  if (info === null) throw broken(path, 'file-exists', `no such file (${entry.predictions.path})`)
  if (!info.isFile()) throw broken(path, 'file-plain', `${entry.predictions.path} is no plain file`)
  const [isNamed] = recomputedRules.filter(({ id }) => id === 'predictions-sha256')
  const predictions = { sha256: await sha256File(file), bytes: info.size }
  refuse(path, [isNamed!], { entry, scores: {}, predictions })
  return file
}

/** run.json, scores.json, predictions.parquet and rows.parquet, as a run and its scores have them. */
async function keep(entry: Entry, judged: Judged, from: string, to: string): Promise<void> {
  const { about, cite, track, dataset, method, by, made } = entry
  await mkdir(to, { recursive: true })
  for (const file of ['predictions.parquet', 'rows.parquet']) await rename(join(from, file), join(to, file))
  const { bound, ...params } = method.params
  const submission = {
    ...{ about, track, dataset, by, made },
    ...(cite !== undefined && { cite }),
    // A bound has no rank, and only ours are bounds.
    method: { ...method, model: nameOf(entry), params: bound === true ? params : method.params },
    predictions: { path: 'predictions.parquet', ...judged.predictions },
  }
  await writeSubmission(join(to, 'run.json'), submission as Submission)
  const scores = { track, dataset: dataset.name, scores: judged.scores }
  await writeDurable(join(to, 'scores.json'), pretty(scores))
}
