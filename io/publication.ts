/**
 * A published folder, as any static host serves it: `data/<name>/` holds a dataset as it was made, with its own manifest;
 * manifest.json above them lists the datasets and the hash of each of their manifests, which has the hash of everything else.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from './errors.ts'
import { pretty } from './json.ts'
import { firstIssue, parseJson } from './schema.ts'

export interface Publication {
  format: typeof FORMAT
  datasets: readonly PublishedDataset[]
}
export interface PublishedDataset {
  name: string
  version: string
  track: string
  path: string // of its folder
  manifest: { sha256: string; bytes: number }
}

export const FORMAT = 'fieldrank.publication/1'

export function publicationText(datasets: readonly PublishedDataset[]): string {
  return pretty(format.parse({ format: FORMAT, datasets }))
}

/** The list of datasets; null where the JSON is not a publication but, it may be, a dataset. */
export function publicationIn(json: unknown, subject: string): Publication | null {
  if (typeof json !== 'object' || json === null || !('format' in json)) return null
  const parsed = format.safeParse(json)
  if (!parsed.success) throw new UserError(`${subject}: ${firstIssue(parsed.error)}`)
  return parsed.data
}

/** The folders of the datasets in a publication, with the hash that each manifest must have; a dataset's own folder alone. */
export async function datasetsIn(folder: string): Promise<{ folder: string; manifest: string | null }[]> {
  const file = join(folder, 'manifest.json')
  const text = await readFile(file, 'utf8').catch(() => '')
  const publication = text.includes(FORMAT) ? publicationIn(parseJson(text, file), file) : null
  if (publication === null) return [{ folder, manifest: null }]
  return publication.datasets.map(({ path, manifest }) => ({
    folder: join(folder, path),
    manifest: manifest.sha256,
  }))
}

const name = z.string().regex(/^[a-z0-9._-]+$/, 'not a plain name (a-z 0-9 . _ -)')
const format = z
  .strictObject({
    format: z.literal(FORMAT),
    datasets: z.array(
      z.strictObject({
        name,
        version: z.string(),
        track: name,
        path: z.string(),
        manifest: z.strictObject({
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
          bytes: z
            .int()
            .positive()
            .max(2 ** 30),
        }),
      }),
    ),
  })
  .refine(({ datasets }) => datasets.every((one) => one.path === `data/${one.name}`), {
    message: 'a dataset lies in data/<its name>',
  })
