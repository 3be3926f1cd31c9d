/** What the footer of a Parquet file says of it, by hyparquet: nothing is decoded, nothing is believed. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parquetMetadata, parquetSchema } from 'hyparquet'
import { UserError } from './errors.ts'

export interface Outline {
  rows: number
  groups: number
  unpacked: number // bytes of all pages before compression, as declared
  columns: readonly OutlineColumn[]
  codecs: readonly string[]
  outside: boolean // pages in other files
  metadata: readonly (readonly [key: string, value: string])[]
}
export interface OutlineColumn {
  name: string
  type: string // of the leaf: INT32, INT64, FLOAT, DOUBLE, BYTE_ARRAY, …
  depth: number // 0: one value a row; 1: a list
  leaves: number // 1, but for structs
}

export async function outlineOf(path: string): Promise<Outline> {
  return outlineIn(await readFile(path), basename(path))
}

export function outlineIn(bytes: Uint8Array, subject: string): Outline {
  try {
    return outline(bytes)
  } catch (error) {
    throw new UserError(`${subject}: not a Parquet file (${(error as Error).message})`)
  }
}

type Tree = ReturnType<typeof parquetSchema>

function outline(bytes: Uint8Array): Outline {
  const footer = parquetMetadata(bytes, { geoparquet: false })
  const chunks = footer.row_groups.flatMap((group) => group.columns)
  const sizes = chunks.map(({ meta_data }) => Number(meta_data?.total_uncompressed_size ?? 0))
  return {
    rows: Number(footer.num_rows),
    groups: footer.row_groups.length,
    unpacked: sizes.reduce((total, size) => total + size, 0),
    columns: parquetSchema(footer).children.map(columnOf),
    codecs: [...new Set(chunks.map(({ meta_data }) => String(meta_data?.codec ?? 'none')))].sort(),
    outside: chunks.some(({ file_path, meta_data }) => file_path !== undefined || meta_data === undefined),
    metadata: (footer.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''] as const),
  }
}

function columnOf(tree: Tree): OutlineColumn {
  const leaves = leavesOf(tree, 0)
  const [first] = leaves
  return { name: tree.element.name, type: first!.type, depth: first!.depth, leaves: leaves.length }
}

function leavesOf({ element, children }: Tree, above: number): { type: string; depth: number }[] {
  const depth = above + (element.repetition_type === 'REPEATED' ? 1 : 0)
  if (children.length === 0)
    return [{ type: String(element.logical_type?.type ?? element.type ?? 'none'), depth }]
  return children.flatMap((child) => leavesOf(child, depth))
}
