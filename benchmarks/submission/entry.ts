/**
 * submissions/<track>/<name>.json: what stands on a board for a method of anyone. A run.json (benchmarks/submission.ts) with a name,
 * a day, the dataset by the hash of its manifest, and the scores that were computed here from the predictions beside it.
 * submissions/schema.json is written from this form.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../io/errors.ts'
import { pretty } from '../../io/json.ts'
import { firstIssue, parseJson } from '../../io/schema.ts'
import { submissionFormat } from '../submission.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/, { message: 'must be 64 hexadecimal digits' })
const finite = z.number()

export const scoreFormat = z.strictObject({
  value: finite,
  stderr: finite.nullable(),
  rows: z.int().positive(),
  median: finite.optional(),
  p95: finite.optional(),
})

export const entryFormat = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, { message: "must be letters a-z, digits, '.', '-', '_'" }),
  submitted: z.iso.datetime(),
  ...submissionFormat.shape,
  manifest: hash, // sha256 of the dataset's manifest.json
  scores: z.record(z.string(), scoreFormat),
  /** What this entry stood for before, newest last: nothing is changed without a word. */
  replaces: z
    .array(z.strictObject({ submitted: z.iso.datetime(), sha256: hash, why: z.string().min(1).max(1000) }))
    .optional(),
})
export type Entry = z.infer<typeof entryFormat>

/** An entry is small: what is larger is none. */
export const ENTRY_BYTES = 2 ** 18

export function parseEntry(text: string, subject: string): Entry {
  const parsed = entryFormat.safeParse(parseJson(text, subject))
  if (!parsed.success) throw new UserError(`${subject}: ${firstIssue(parsed.error)}`)
  return parsed.data
}

export async function readEntry(path: string): Promise<Entry> {
  return parseEntry(await readFile(path, 'utf8'), basename(path))
}

/** submissions/schema.json: JSON Schema (draft 2020-12) of an entry, for editors and for other languages. */
export function entrySchema(): string {
  return pretty({ title: 'fieldrank submission', ...z.toJSONSchema(entryFormat) })
}
