/**
 * What the CI of a submission repository runs: every entry by its rules, against the merge base, and by its predictions, which are
 * opened in a child process alone. One sentence for each thing that is wrong. Executes nothing of the repository.
 */
import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Entry, parseEntry } from '../benchmarks/submission/entry.ts'
import { broken, refuse } from '../benchmarks/submission/rule.ts'
import {
  placedRules,
  predictionsRule,
  recomputedRules,
  sizeRule,
} from '../benchmarks/submission/rules/entry.ts'
import { historyRules } from '../benchmarks/submission/rules/history.ts'
import { statementRules } from '../benchmarks/submission/rules/statement.ts'
import { entryOfBytes, entryOfText, statementOf } from '../benchmarks/submission/written.ts'
import { sha256File } from '../io/files.ts'
import { MANIFEST, readManifest } from '../io/manifest.ts'
import type { Limits } from './guard.ts'
import type { Base } from './merge-base.ts'
import { judgeGuarded, plainFile } from './submit.ts'

export interface Checking {
  folder: string // submissions/
  base: Base | null
  changed: boolean // compute again only what differs from the merge base
  now: Date
  datasetFolder(name: string): Promise<string>
  metricsOf(track: string): readonly string[]
  limits: Limits
  env: Readonly<Record<string, string>>
}
export interface Checked {
  path: string
  problem: string | null
  scores: number // computed again
}

/** One line per file: entries, and whatever does not belong there. */
export async function checkSubmissions(given: Checking): Promise<Checked[]> {
  const lines: Checked[] = []
  const entries = new Map<string, Entry>()
  const paths = await listPaths(given.folder)
  for (const path of paths) {
    if (path.endsWith('.json') && path !== 'schema.json') {
      const line = await checkOne(path, given, entries)
      lines.push(line)
    } else if (!isKnown(path)) {
      lines.push(
        wrong(
          path,
          broken(
            path,
            'file-known',
            'does not belong here (expected <track>/<name>.json and its predictions)',
          ),
        ),
      )
    }
  }
  return [...lines, ...removed(given, paths), ...copies(entries)].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : 0,
  )
}

async function checkOne(path: string, given: Checking, entries: Map<string, Entry>): Promise<Checked> {
  try {
    const full = join(given.folder, path)
    const info = await lstat(full)
    if (!info.isFile()) throw broken(path, 'file-plain', 'is no plain file')
    refuse(path, [sizeRule], info) // before it is read
    const bytes = await readFile(full)
    const entry = entryOfBytes(bytes, path)
    entries.set(path, entry)
    const before = given.base?.files.get(path)
    if (given.base !== null)
      refuse(path, historyRules, {
        before: before ? entryOfText(before.toString('utf8'), path) : null,
        after: entry,
        base: given.base.date,
      })
    const data = await datasetOf(entry, path, given)
    const metrics = given.metricsOf(data.track)
    refuse(path, statementRules, statementOf(entry, data))
    refuse(path, placedRules, {
      path,
      text: bytes.toString('utf8'),
      entry,
      now: given.now,
      metrics,
      dataset: data,
    })
    if (given.changed && before?.equals(bytes)) {
      const predictions = await bytesOf(path, predictionsOf(entry, path, given))
      refuse(path, [predictionsRule], { entry, predictions }) // these alone may have been changed
      return { path, problem: null, scores: 0 }
    }
    return { path, problem: null, scores: await recompute(entry, path, data.folder, metrics, given) }
  } catch (error) {
    if ((error as Error).name !== 'UserError') throw error
    return wrong(path, error as Error)
  }
}

/** By its name alone: a folder would be one that the proposal brings along, with a truth of its own. */
async function datasetOf({ dataset: { name: given } }: Entry, path: string, { datasetFolder }: Checking) {
  const unknown = (why: string) => broken(path, 'dataset-known', why)
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(given))
    throw unknown(`dataset ${JSON.stringify(given.slice(0, 80))}: not the name of a dataset`)
  const folder = await datasetFolder(given).catch((error: Error) => {
    throw unknown(error.message)
  })
  const { name, version, track } = await readManifest(folder)
  if (name !== given) throw unknown(`dataset '${given}': what lies there is ${name}`)
  return { folder, name, version, track, manifest: await sha256File(join(folder, MANIFEST)) }
}

async function recompute(
  entry: Entry,
  path: string,
  data: string,
  metrics: readonly string[],
  given: Checking,
): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), 'fieldrank-check-'))
  try {
    const file = predictionsOf(entry, path, given)
    const { scores } = await judgeGuarded({ subject: path, file, data, metrics }, given, work)
    refuse(path, recomputedRules, { entry, scores, predictions: await bytesOf(path, file) })
    return Object.keys(scores).length
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The file itself, not our copy of it: another version of the writer may lay out the same values in other bytes. */
async function bytesOf(subject: string, file: string): Promise<{ sha256: string; bytes: number }> {
  const { size } = await plainFile(subject, file)
  return { sha256: await sha256File(file), bytes: size }
}

function predictionsOf({ predictions }: Entry, path: string, { folder }: Checking): string {
  return join(folder, dirname(path), basename(predictions.path))
}

function removed({ base }: Checking, paths: readonly string[]): Checked[] {
  if (base === null) return []
  const gone = [...base.files.keys()].filter((path) => path !== 'schema.json' && !paths.includes(path))
  return gone.flatMap((path) => {
    try {
      refuse(path, historyRules, {
        before: parseEntry(base.files.get(path)!.toString('utf8'), path),
        after: null,
        base: base.date,
      })
      return []
    } catch (error) {
      return [wrong(path, error as Error)]
    }
  })
}

/** The same predictions under two owners: one of them copied. */
function copies(entries: ReadonlyMap<string, Entry>): Checked[] {
  const first = new Map<string, [path: string, entry: Entry]>()
  return [...entries].flatMap(([path, entry]) => {
    const known = first.get(entry.predictions.sha256)
    if (known === undefined) first.set(entry.predictions.sha256, [path, entry])
    if (known === undefined || known[1].by.name === entry.by.name) return []
    return [
      wrong(
        path,
        broken(path, 'predictions-own', `its predictions are those of ${known[0]} by ${known[1].by.name}`),
      ),
    ]
  })
}

/** Everything but folders, links among them, as `track/name`. Hidden files too. */
async function listPaths(folder: string, inside = ''): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true })
  const paths = await Promise.all(
    entries.map(async (entry) => {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      return entry.isDirectory() ? listPaths(folder, path) : [path]
    }),
  )
  return paths.flat().sort()
}

function isKnown(path: string): boolean {
  return (
    path === 'schema.json' ||
    path === 'README.md' ||
    /^[a-z]+\/[a-z0-9._-]+\.[0-9a-f]{12}\.parquet$/.test(path)
  )
}

function wrong(path: string, { message }: Error): Checked {
  return { path, problem: message, scores: 0 }
}
