/** data/catalog.json: the names of published datasets, and where they lie. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { suggest, UserError } from './errors.ts'
import { CODE } from './lookup.ts'
import { firstIssue, parseJson } from './schema.ts'

export interface Entry {
  url: string // of the folder with manifest.json
  sha256?: string | undefined // of that manifest
  mirrors?: readonly string[] | undefined
}
export type Catalog = Readonly<Record<string, Entry>>

/** The catalog that comes with the code: beside the sources, or above the compiled code. */
export async function readCatalog(): Promise<Catalog> {
  for (const file of [join(CODE, 'data/catalog.json'), join(CODE, '..', 'data/catalog.json')]) {
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text === null) continue
    const parsed = format.safeParse(parseJson(text, file))
    if (!parsed.success) throw new UserError(`${file}: ${firstIssue(parsed.error)}`)
    return parsed.data.datasets
  }
  return {}
}

export function entryOf(catalog: Catalog, name: string): Entry {
  if (Object.hasOwn(catalog, name)) return catalog[name]!
  const names = Object.keys(catalog)
  const known = names.length > 0 ? `it has ${names.join(', ')}` : 'nothing is published yet: it is empty'
  throw new UserError(
    `dataset '${name}': not in data/catalog.json (${known}).${suggest(name, names)} A URL works too`,
  )
}

const format = z.strictObject({
  datasets: z.record(
    z.string().regex(/^[a-z0-9._-]+$/),
    z.strictObject({
      url: z.string(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      mirrors: z.array(z.string()).optional(),
    }),
  ),
})
