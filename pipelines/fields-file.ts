/** fields.json: what the stage `fields` leaves beside its Arrow shards for the stage `solve`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Artifact, Params, Schema, Split } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { writeDurable } from '../io/files.ts'
import { pretty } from '../io/json.ts'
import { firstIssue, parseJson, schemaFormat } from '../io/schema.ts'

export const FIELDS_FILE = 'fields.json'

export interface FieldsShard extends Artifact {
  split: Split
  rows: number
}
export interface FieldsFile {
  about: string
  cite?: string
  generator: string
  params: Params // of the generator, defaults included
  seed: number
  schema: Schema
  shards: readonly FieldsShard[]
  facts: {
    rows: number
    attempts: number // transforms drawn
    rejectedDraws: number // transforms without a field in the window
    contrastQuantiles: readonly number[] // least, median, greatest
  }
}

export async function writeFieldsFile(folder: string, fields: FieldsFile): Promise<void> {
  await writeDurable(join(folder, FIELDS_FILE), pretty(format.parse(fields)))
}

export async function readFieldsFile(folder: string): Promise<FieldsFile> {
  const path = join(folder, FIELDS_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new UserError(`${folder}: no ${FIELDS_FILE}. Not made by the stage fields`)
      : error
  })
  const parsed = format.safeParse(parseJson(text, path))
  if (!parsed.success) throw new UserError(`${path}: ${firstIssue(parsed.error)}`)
  return parsed.data as FieldsFile
}

const count = z.int().nonnegative()
const format = z.strictObject({
  about: z.string(),
  cite: z.string().optional(),
  generator: z.string(),
  params: z.record(z.string(), z.json()),
  seed: count,
  schema: schemaFormat,
  shards: z.array(
    z.strictObject({
      split: z.enum(['train', 'valid', 'test']),
      path: z.string().regex(/^[a-z0-9._-]+$/),
      rows: count,
      sha256: z.string(),
      bytes: count,
    }),
  ),
  facts: z.strictObject({
    rows: count,
    attempts: count,
    rejectedDraws: count,
    contrastQuantiles: z.array(z.number()).length(3),
  }),
})
