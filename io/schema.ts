/** The written form of a Schema: strict JSON, in manifests and in the metadata of every Parquet and Arrow file. */
import { z } from 'zod'
import type { Column, Schema } from '../contracts.ts'
import { UserError } from './errors.ts'

/** The key of a file's own metadata under which its Schema stands. */
export const SCHEMA_KEY = 'fieldrank.schema'

/** Keys that would reach the prototype of the object they are read into; no file of ours holds them. */
export const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype']

const size = z.int().positive()
const text = z.string()

export const columnFormat = z
  .strictObject({
    type: z.enum(['f32', 'f64', 'i32', 'i64', 'utf8']),
    shape: z.array(z.union([size, z.literal('*')])),
    unit: text.optional(),
    about: text,
  })
  .refine(({ type, shape }) => !shape.includes('*') || (type === 'i32' && shape.length === 1), {
    message: "'*' stands alone and only in a list of i32",
  })
  .refine(({ type, shape }) => type !== 'utf8' || shape.length === 0, { message: 'utf8 columns are scalars' })

export const schemaFormat = z.record(
  text.refine((name) => name !== '' && !FORBIDDEN_KEYS.includes(name), { message: 'not a column name' }),
  columnFormat,
)

/** The Schema in a file's metadata; null where the file carries none. */
export function schemaIn(metadata: { readonly [key: string]: string }, subject: string): Schema | null {
  const written = metadata[SCHEMA_KEY]
  if (written === undefined) return null
  const parsed = schemaFormat.safeParse(parseJson(written, `${subject}: metadata ${SCHEMA_KEY}`))
  if (!parsed.success) throw new UserError(`${subject}: metadata ${SCHEMA_KEY}: ${firstIssue(parsed.error)}`)
  return parsed.data as Schema
}

/** JSON without keys that reach a prototype. `subject` begins the sentence when it is not. */
export function parseJson(written: string, subject: string): unknown {
  try {
    return JSON.parse(written, (key, value) => {
      if (FORBIDDEN_KEYS.includes(key)) throw new SyntaxError(`key '${key}' is not allowed`)
      return value
    })
  } catch (error) {
    throw new UserError(`${subject} is not valid JSON: ${(error as Error).message}`)
  }
}

/** The first complaint of zod as half a sentence: `shards.0.rows: expected number, received string`. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!
  const message = issue.message.replace(/^Invalid input: /, '')
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${message}` : message
}

/** Which columns a reader takes and in which form: the names asked for, each with its Column if that is known. */
export function wanted(
  names: readonly string[] | undefined,
  schema: Schema | null,
): readonly (readonly [string, Column | null])[] | null {
  if (names !== undefined) return names.map((name) => [name, schema?.[name] ?? null] as const)
  return schema === null ? null : Object.entries(schema)
}
