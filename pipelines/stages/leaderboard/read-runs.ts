/**
 * What the folders of a dataset's runs hold: run.json, cost.json and history.csv, and beside them scores.json and
 * rows.parquet. Rows are joined by their key, never by their place. A run without scores or without a measured cost is
 * still a run.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readAbsent } from '../../../benchmarks/absent.ts'
import { byKey } from '../../../benchmarks/align.ts'
import { recallWords, searchOf } from '../../../benchmarks/approximate-lists.ts'
import type { Scored } from '../../../benchmarks/score.ts'
import { readCost, readSubmission } from '../../../benchmarks/submission.ts'
import type { Params } from '../../../contracts.ts'
import { exists } from '../../../io/files.ts'
import { readParquet } from '../../../io/parquet.ts'
import type { Run } from '../../../reports/board.ts'

/** Names of the folders in a folder, sorted; none where there is none. What is unfinished (`.partial`) does not count. */
export async function foldersIn(folder: string): Promise<string[]> {
  if (!(await exists(folder))) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.partial'))
    .map((entry) => entry.name)
    .sort()
}

/**
 * The runs of one dataset, those by approximate search left out unless asked for, what is to be said of these, the models that are absent from it, and the names of the metrics they were scored by, in the order of
 * the score stage.
 */
export async function readRuns(
  folders: { runs: string; scores: string },
  key: string,
  approximate = false,
): Promise<{ runs: Run[]; absent: string[]; metrics: string[]; notes: string[] }> {
  const runs: Run[] = []
  const notes: string[] = []
  const absent: string[] = []
  for (const name of await foldersIn(folders.runs)) {
    const folder = join(folders.runs, name)
    const nothing = await readAbsent(folder)
    if (nothing !== null) absent.push(nothing.model)
    if (!(await exists(join(folder, 'run.json')))) continue
    const submission = await readSubmission(join(folder, 'run.json'))
    const search = searchOf(submission)
    if (search !== null) notes.push(searchNote(name, search, approximate))
    if (search !== null && !approximate) continue
    runs.push({
      name,
      submission,
      cost: (await exists(join(folder, 'cost.json'))) ? await readCost(join(folder, 'cost.json')) : null,
      history: await readHistory(join(folder, 'history.csv')),
      ...(await readScores(join(folders.scores, name), key)),
    })
  }
  checkRows(runs)
  return {
    runs,
    absent,
    notes,
    metrics: [...new Set(runs.flatMap(({ scores }) => Object.keys(scores ?? {})))],
  }
}

function searchNote(name: string, search: Params, isShown: boolean): string {
  const said = `its lists come from an approximate search, ${recallWords(search)}`
  return isShown
    ? `${name}: ${said}.`
    : `Left out: ${name}; ${said}. --set leaderboard.approximate=true shows it.`
}

/** Lines `epoch,loss,valid` under a heading; a column may be empty. */
async function readHistory(path: string): Promise<Run['history']> {
  if (!(await exists(path))) return []
  const [head = '', ...lines] = (await readFile(path, 'utf8')).trim().split('\n')
  const places = ['epoch', 'loss', 'valid'].map((name) => head.split(',').indexOf(name))
  return lines.map((line) => {
    const cells = line.split(',')
    const [epoch, loss, valid] = places.map((place) => Number(cells[place] || Number.NaN))
    return { epoch: epoch!, loss: loss!, valid: valid! }
  })
}

async function readScores(folder: string, key: string): Promise<Pick<Run, 'scores' | 'ids' | 'perRow'>> {
  const none = { scores: null, ids: new Int32Array(0), perRow: {} }
  if (!(await exists(join(folder, 'scores.json')))) return none
  const { scores } = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8')) as Pick<Scored, 'scores'>
  const { data } = byKey(await readParquet(join(folder, 'rows.parquet')), key)
  const { [key]: ids, ...perRow } = data as Record<string, Float64Array>
  return { scores, ids: Int32Array.from(ids!), perRow }
}

/** All runs of a dataset must be scored on the same rows; from here on a place is a row. */
export function checkRows(runs: readonly Run[]): void {
  const [first, ...others] = runs.filter(({ scores }) => scores !== null)
  for (const { name, ids } of others) {
    if (ids.length !== first!.ids.length || ids.some((id, i) => id !== first!.ids[i]))
      throw new Error(`scores of ${name}: not the same rows as ${first!.name}`)
  }
}
