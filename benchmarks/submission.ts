/**
 * run.json, the written form of a Submission: predictions by their hash, and who made them how. Nothing measured stands
 * in it, so a run made twice gives the same bytes; costs are in cost.json beside it. The format is strict: an unknown key is
 * a mistake, not an extension.
 */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Columns, Cost, Params, Schema, Submission, Track } from '../contracts.ts'
import { misfit } from '../io/columns.ts'
import { UserError } from '../io/errors.ts'
import { exists, sha256File, writeDurable } from '../io/files.ts'
import { pretty } from '../io/json.ts'
import { readParquet } from '../io/parquet.ts'
import { firstIssue, parseJson } from '../io/schema.ts'

const text = z.string().min(1).max(1000)
const url = z.url({ protocol: /^https?$/ })
const json = z.json()

export const submissionFormat = z.strictObject({
  about: text,
  cite: text.optional(),
  track: text,
  dataset: z.strictObject({ name: text, version: text }),
  method: z.strictObject({
    model: text,
    loss: text,
    params: z.record(z.string(), json),
    seed: z.int().nonnegative(),
    parameters: z.int().nonnegative(),
    code: url.optional(),
  }),
  predictions: z.strictObject({
    path: text.refine(isInside, { message: 'must be a path inside the folder of the submission' }),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, { message: 'must be 64 hexadecimal digits' }),
    bytes: z.int().nonnegative(),
    url: url.optional(),
  }),
  by: z.strictObject({ name: text, url: url.optional() }),
  made: z.strictObject({ version: text }),
})

export const costFormat = z.strictObject({
  trainSeconds: z.number().nonnegative(),
  predictSeconds: z.number().nonnegative(),
  peakBytes: z.int().nonnegative().nullable(),
  lossBytes: z.int().nonnegative().optional(),
  setupSeconds: z.number().nonnegative().optional(),
  solveSeconds: z.number().nonnegative().optional(),
  condition: z.number().nonnegative().optional(),
  device: text,
  threads: z.int().positive(),
  date: z.iso.datetime(),
})

export async function readSubmission(path: string): Promise<Submission> {
  return parse(path, submissionFormat) as Promise<Submission>
}

export async function readCost(path: string): Promise<Cost> {
  return parse(path, costFormat)
}

/** Throws when it breaks its format: a bug of the caller. */
export async function writeSubmission(path: string, submission: Submission): Promise<void> {
  await write(path, submissionFormat, submission)
}

export async function writeCost(path: string, cost: Cost): Promise<void> {
  await write(path, costFormat, cost)
}

/** The prediction columns beside a run.json: the file's hash is checked before a value is read. */
export async function readPredictions(
  path: string,
  { predictions }: Submission,
  schema: Schema,
): Promise<Columns> {
  const file = join(dirname(path), predictions.path)
  const subject = basename(file)
  if (!(await exists(file))) throw new UserError(`${subject}: no such file (${file}), but ${path} names it`)
  const sha256 = await sha256File(file)
  if (sha256 !== predictions.sha256) {
    const said = `${basename(path)} says ${short(predictions.sha256)}`
    throw new UserError(`${subject}: sha256 is ${short(sha256)}, ${said}. Damaged or outdated: predict again`)
  }
  return readParquet(file, { columns: Object.keys(schema), schema })
}

/**
 * Throws the first flaw as a sentence that names the row:
 * `submission my-operator: 199 rows, the test split has 200 (row 41 is missing)`.
 * Sound predictions have the columns of the track, each row of the truth once, and finite numbers. Order is free.
 */
export function checkPredictions(
  subject: string,
  predictions: Columns,
  { track, truth, facts }: { track: Track; truth: Columns; facts: Params },
): void {
  const schema = track.predictions(facts)
  const flaw =
    misfit(predictions, schema) ??
    idFlaw(predictions, truth, track.key) ??
    numberFlaw(predictions, schema, track.key) ??
    track.flaw(predictions, facts)
  if (flaw !== null) throw new UserError(`${subject}: ${flaw}`)
}

function idFlaw(predictions: Columns, truth: Columns, key: string): string | null {
  const given = predictions.data[key] as Int32Array
  const expected = truth.data[key] as Int32Array
  const counts = `${given.length} rows, the test split has ${expected.length}`
  const known = new Set(expected)
  const seen = new Set<number>()
  for (const id of given) {
    if (!known.has(id)) return `${key} ${id} is not in the test split`
    if (seen.has(id)) return `${counts} (${key} ${id} is there twice)`
    seen.add(id)
  }
  const missing = expected.find((id) => !seen.has(id))
  return missing === undefined ? null : `${counts} (${key} ${missing} is missing)`
}

function numberFlaw({ rows, data }: Columns, schema: Schema, key: string): string | null {
  for (const [name, { type }] of Object.entries(schema)) {
    if (type !== 'f32' && type !== 'f64') continue
    const values = data[name] as Float32Array | Float64Array
    const at = values.findIndex((value) => !Number.isFinite(value))
    if (at === -1) continue
    const row = Math.floor((at * rows) / values.length)
    return `column '${name}' of ${key} ${(data[key] as Int32Array)[row]} holds ${values[at]}, expected finite numbers`
  }
  return null
}

/** Neither absolute nor with a step up. */
function isInside(path: string): boolean {
  return !/^[/\\]|^[a-z]:/i.test(path) && !path.split(/[/\\]/).includes('..')
}

function short(sha256: string): string {
  return `${sha256.slice(0, 8)}…`
}

async function parse<T>(path: string, format: z.ZodType<T>): Promise<T> {
  if (!(await exists(path))) throw new UserError(`${basename(path)}: no such file (${path})`)
  const parsed = format.safeParse(parseJson(await readFile(path, 'utf8'), path))
  if (!parsed.success) throw new UserError(`${path}: ${firstIssue(parsed.error)}`)
  return parsed.data
}

async function write<T>(path: string, format: z.ZodType<T>, value: unknown): Promise<void> {
  const parsed = format.safeParse(value)
  if (!parsed.success) throw new Error(`${basename(path)}: ${firstIssue(parsed.error)}`)
  await writeDurable(path, pretty(parsed.data))
}
