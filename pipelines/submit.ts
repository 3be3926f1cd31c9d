/**
 * A stranger's predictions become submissions/<track>/<name>.json with our own copy of the values beside it.
 *
 * The given file is copied into a folder of its own and parsed in a child process alone (guard.ts). The JSON is written last and
 * only if the name is free, or is an own entry that is replaced with a reason; predictions are named by their hash, so that two
 * who submit at once cannot write over each other.
 */
import { constants, type Stats } from 'node:fs'
import { copyFile, link, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Entry, entryFormat, entrySchema, readEntry } from '../benchmarks/submission/entry.ts'
import type { Judged, JudgeRequest } from '../benchmarks/submission/judge.ts'
import { broken, refuse } from '../benchmarks/submission/rule.ts'
import { type Statement, statementRules } from '../benchmarks/submission/rules/statement.ts'
import type { Params } from '../contracts.ts'
import { exists, renameDurable, syncFolder, writeDurable } from '../io/files.ts'
import { pretty } from '../io/json.ts'
import { type Limits, runGuarded } from './guard.ts'

export interface Submitting {
  file: string
  data: string // folder of the dataset
  statement: Statement
  metrics: readonly string[]
  to: string // submissions/
  now: Date
  version: string // of fieldrank
  replace?: string // why an own entry changes
  limits: Limits
  env: Readonly<Record<string, string>>
}
export interface Submitted {
  path: string
  entry: Entry
  /** rows.parquet of the scores, in a folder that `done` removes. */
  rows: string
  done(): Promise<void>
}

export async function submit(given: Submitting): Promise<Submitted> {
  const { statement, to } = given
  const subject = `submission ${statement.name}`
  refuse(subject, statementRules, statement)
  const folder = join(to, statement.track)
  const path = join(folder, `${statement.name}.json`)
  const before = (await exists(path)) ? await readEntry(path) : null
  checkOwner(subject, given, before)

  const work = await mkdtemp(join(tmpdir(), 'fieldrank-submit-'))
  const done = () => rm(work, { recursive: true, force: true })
  try {
    const judged = await judgeGuarded(
      { subject, file: given.file, data: given.data, metrics: given.metrics },
      given,
      work,
    )
    const entry = entryOf(given, judged, before)
    await mkdir(folder, { recursive: true })
    await renameAcross(join(work, 'out/predictions.parquet'), join(folder, entry.predictions.path))
    await place(subject, path, entry, before)
    await writeSchema(to)
    return { path, entry, rows: join(work, 'out/rows.parquet'), done }
  } catch (error) {
    await done()
    throw error
  }
}

/** The file copied into `work`, then judged in a child. Links and devices are refused before anything is opened. */
export async function judgeGuarded(
  request: Omit<JudgeRequest, 'out'>,
  { limits, env }: Pick<Submitting, 'limits' | 'env'>,
  work: string,
): Promise<Judged> {
  const { subject, file } = request
  await plainFile(subject, file)
  const copy = join(work, 'given.parquet')
  const out = join(work, 'out')
  await mkdir(out, { recursive: true })
  await copyFile(file, copy, constants.COPYFILE_FICLONE)
  return runGuarded<Judged>({
    work: 'submit',
    request: { ...request, file: copy, out },
    subject,
    limits,
    env,
    reach: { reads: [copy, request.data], writes: [out] },
  })
}

export async function plainFile(subject: string, file: string): Promise<Stats> {
  const info = await lstat(file).catch(() => null)
  if (info === null) throw broken(subject, 'file-exists', `no such file (${file})`)
  if (info.isSymbolicLink())
    throw broken(subject, 'file-no-link', `${basename(file)} is a link, expected the file itself`)
  if (!info.isFile()) throw broken(subject, 'file-plain', `${basename(file)} is no plain file`)
  return info
}

function checkOwner(subject: string, { statement, replace }: Submitting, before: Entry | null): void {
  if (before === null) return
  const other = before.by.name !== statement.by.name
  if (other)
    throw broken(subject, 'name-taken', `the name is taken by ${before.by.name}. Choose another with --name`)
  if (replace === undefined)
    throw broken(
      subject,
      'replace-why',
      'is there already. --replace "<why>" puts this one in its place, and keeps the reason',
    )
}

function entryOf(given: Submitting, { dataset, predictions, scores }: Judged, before: Entry | null): Entry {
  const { statement, now, replace, version } = given
  const { name, track, model, loss, params, seed, parameters, about, cite, by, code, url } = statement
  const earlier = before === null ? [] : [...(before.replaces ?? []), lineOf(before, replace!)]
  const file = { path: `${name}.${predictions.sha256.slice(0, 12)}.parquet`, ...predictions }
  return entryFormat.parse({
    name,
    submitted: now.toISOString(),
    about,
    ...(cite !== undefined && { cite }),
    track,
    dataset: { name: dataset.name, version: dataset.version },
    method: { model, loss, params: params as Params, seed, parameters, ...(code !== undefined && { code }) },
    predictions: { ...file, ...(url !== undefined && { url }) },
    by,
    made: { version },
    manifest: dataset.manifest,
    scores,
    ...(earlier.length > 0 && { replaces: earlier }),
  })
}

function lineOf({ submitted, predictions }: Entry, why: string) {
  return { submitted, sha256: predictions.sha256, why }
}

/** A new name is taken by a link, which only one of two can make; an own entry is replaced by a rename. */
async function place(subject: string, path: string, entry: Entry, before: Entry | null): Promise<void> {
  if (before !== null) return writeDurable(path, pretty(entry))
  const temporary = `${path}.${process.pid}.${entry.predictions.sha256.slice(0, 12)}.tmp`
  await writeDurable(temporary, pretty(entry))
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw broken(
      subject,
      'name-taken',
      'the name was taken while this was being scored. Choose another with --name',
    )
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(join(path, '..'))
}

/** The temporary folder may lie on another disk. */
async function renameAcross(from: string, to: string): Promise<void> {
  const beside = `${to}.${process.pid}.tmp`
  await copyFile(from, beside)
  await renameDurable(beside, to)
}

async function writeSchema(to: string): Promise<void> {
  const path = join(to, 'schema.json')
  if (!(await exists(path))) await writeDurable(path, entrySchema())
}
