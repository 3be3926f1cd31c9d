/**
 * manifest.json, beside the shards of a dataset: what it is, what made it, and a hash for every stretch of every file.
 * A folder with a manifest is whole, since the manifest is written last; a folder without one is no dataset.
 * Values are read through it and are checked before they are returned. SHA256SUMS beside it lets anyone check the
 * folder with `sha256sum -c SHA256SUMS`.
 */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Columns, Dataset, Schema, Split, Table, Values } from '../contracts.ts'
import { concat, pick } from './columns.ts'
import { suggest, UserError } from './errors.ts'
import { listFiles, sha256, UNHASHED, writeDurable } from './files.ts'
import { pretty } from './json.ts'
import { readParquet } from './parquet.ts'
import { mismatch } from './parquet-bytes.ts'
import { firstIssue, parseJson, schemaFormat } from './schema.ts'

export const MANIFEST = 'manifest.json'
export const SUMS = 'SHA256SUMS'

/** `train-00000-of-00002.parquet`: the pattern that dataset hubs know as a split in parts. */
export function shardName(split: Split | 'events', index: number, of: number, extension = 'parquet'): string {
  const digits = (count: number) => String(count).padStart(5, '0')
  return `${split}-${digits(index)}-of-${digits(of)}.${extension}`
}

/** Writes SHA256SUMS, then manifest.json. Throws when the dataset breaks its format: a bug of the caller. */
export async function writeManifest(folder: string, dataset: Dataset): Promise<void> {
  const parsed = datasetFormat.safeParse(dataset)
  if (!parsed.success) throw new Error(`manifest of ${dataset.name}: ${firstIssue(parsed.error)}`)
  const manifest = pretty(parsed.data)
  await writeDurable(join(folder, SUMS), sums(dataset, manifest))
  await writeDurable(join(folder, MANIFEST), manifest)
}

export async function readManifest(folder: string): Promise<Dataset> {
  return parseManifest(await readText(folder, MANIFEST), join(folder, MANIFEST))
}

/** All rows of a split, its verified shards joined in order; no rows where the split has no shards. */
export async function readSplit(
  folder: string,
  dataset: Dataset,
  split: Split,
  columns: readonly string[] = Object.keys(dataset.schema),
): Promise<Columns> {
  const names = Object.keys(dataset.schema)
  for (const name of columns) {
    if (names.includes(name)) continue
    throw new UserError(
      `${dataset.name}: no column '${name}' (it has ${names.join(', ')}).${suggest(name, names)}`,
    )
  }
  const parts: Columns[] = []
  for (const shard of dataset.shards) {
    if (shard.split !== split) continue
    const options = { columns, schema: dataset.schema, expect: shard }
    parts.push(await readParquet(join(folder, shard.path), options))
  }
  return parts.length > 0 ? concat(parts) : pick(noRows(dataset.schema), columns)
}

/** One of the tables beside the shards, by file name: `readTable(folder, dataset, 'items.parquet')`. */
export async function readTable(
  folder: string,
  dataset: Dataset,
  name: string,
  columns?: readonly string[],
): Promise<Columns> {
  const table = dataset.tables.find(({ path }) => path === name)
  if (table === undefined) {
    const names = dataset.tables.map(({ path }) => path)
    throw new UserError(
      `${dataset.name}: no table '${name}' (it has ${names.join(', ') || 'none'}).${suggest(name, names)}`,
    )
  }
  return readParquet(join(folder, table.path), {
    expect: table,
    ...(columns === undefined ? {} : { columns }),
  })
}

/**
 * All that is wrong with a folder, a sentence each, naming the file; [] when every byte is as published.
 * With `split`, as it was fetched with: shards of other splits may be missing.
 */
export async function checkDataset(folder: string, split?: Split): Promise<readonly string[]> {
  const problems: string[] = []
  let dataset: Dataset
  try {
    dataset = await readManifest(folder)
  } catch (error) {
    if (error instanceof UserError) return [error.message]
    throw error
  }
  const tables = [...dataset.shards, ...dataset.tables]
  const present = await listFiles(folder)
  for (const table of tables) {
    const isAsked = split === undefined || !('split' in table) || table.split === split
    if (!isAsked && !present.includes(table.path)) continue
    const problem = present.includes(table.path)
      ? wrongBytes(await readFile(join(folder, table.path)), table)
      : `${table.path}: missing from ${folder}`
    if (problem !== null) problems.push(problem)
  }
  const listed = new Set([...tables.map(({ path }) => path), MANIFEST, SUMS, UNHASHED, 'README.md'])
  for (const path of present) {
    if (!listed.has(path)) problems.push(`${path}: is in ${folder}, but not in its manifest`)
  }
  const text = await readText(folder, MANIFEST)
  if (!present.includes(SUMS)) problems.push(`${SUMS}: missing from ${folder}`)
  else if ((await readText(folder, SUMS)) !== sums(dataset, text))
    problems.push(`${SUMS}: does not say what ${MANIFEST} says`)
  return problems
}

function wrongBytes(bytes: Uint8Array, table: Table): string | null {
  const problem = mismatch(bytes, table, table.path)
  if (problem !== null || sha256(bytes) === table.sha256) return problem
  return `${table.path}: sha256 of the whole is not that of the manifest, though its parts are right`
}

/** The lines that `sha256sum` prints, the manifest among them. */
export function sums(dataset: Dataset, manifest: string): string {
  const lines = [...dataset.shards, ...dataset.tables].map(({ path, sha256 }) => `${sha256}  ${path}\n`)
  return [...lines, `${sha256(manifest)}  ${MANIFEST}\n`].join('')
}

function noRows(schema: Schema): Columns {
  const none = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array }
  const empty = Object.entries(schema).map(([name, { type, shape }]): [string, Values] => [
    name,
    type === 'utf8' || shape.includes('*') ? [] : new none[type](0),
  ])
  return { rows: 0, data: Object.fromEntries(empty) }
}

async function readText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8')
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new UserError(`${folder}: no ${basename(name)}. Not a dataset, or one that was never finished`)
  }
}

export function parseManifest(text: string, subject: string): Dataset {
  const parsed = datasetFormat.safeParse(parseJson(text, subject))
  if (!parsed.success) throw new UserError(`${subject}: ${firstIssue(parsed.error)}`)
  return parsed.data as Dataset
}

// ── the format ───────────────────────────────────────────────────────────────

const count = z.int().nonnegative()
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hex')
const path = z
  .string()
  .max(255)
  .regex(/^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/, 'not a plain file name (a-z 0-9 . _ - and / between them)')
  .refine((value) => !value.split('/').some((part) => /^\.+$/.test(part)), { message: "'..' is not allowed" })
const stretch = z.strictObject({ offset: count, bytes: count, sha256: hash })
const table = {
  path,
  sha256: hash,
  bytes: count,
  rows: count,
  rowGroups: z.array(stretch),
  footer: stretch,
}
const params = z.record(z.string(), z.json())

const datasetFormat = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9._-]+$/, 'not a plain name (a-z 0-9 . _ -)'),
    track: z.string().regex(/^[a-z0-9-]+$/),
    version: z.string().regex(/^\d+\.\d+\.\d+$/, 'not a version like 1.0.0'),
    license: z.string().min(1),
    about: z.string().min(1),
    cite: z.string().optional(),
    schema: schemaFormat,
    shards: z.array(z.strictObject({ split: z.enum(['train', 'valid', 'test']), ...table })),
    tables: z.array(z.strictObject(table)),
    params,
    facts: params,
  })
  .refine(
    ({ shards, tables }) =>
      new Set([...shards, ...tables].map((t) => t.path)).size === shards.length + tables.length,
    {
      message: 'two files have the same path',
    },
  )
