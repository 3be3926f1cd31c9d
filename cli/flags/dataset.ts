/** A dataset on the command line: its folder, its name in a profile, or the name of one that was fetched. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { suggest, UserError } from '../../io/errors.ts'
import { exists } from '../../io/files.ts'
import { MANIFEST } from '../../io/manifest.ts'
import type { Option } from '../verb.ts'

export const datasetFlags: readonly Option[] = [
  ['-p, --profile <name>', 'the profile in which a name is looked up', 'smoke'],
  ['-d, --data <folder>', 'where everything made lies, a folder per profile', 'data'],
]

/** Below --data: where fetch puts datasets unless told otherwise. */
export const FETCHED = 'cache'

/** The folder of a dataset. `gaussian0.4_grid16` is data/<profile>/datasets/<track>/gaussian0.4_grid16. */
export async function datasetFolder(given: string, options: Record<string, unknown>): Promise<string> {
  if (await exists(join(given, MANIFEST))) return given
  const root = join(String(options.data), String(options.profile), 'datasets')
  const fetched = join(String(options.data), FETCHED, given)
  const names: string[] = []
  for (const track of await namesIn(root)) {
    for (const name of await namesIn(join(root, track))) {
      if (name === given) return join(root, track, name)
      names.push(name)
    }
  }
  if (await exists(join(fetched, MANIFEST))) return fetched
  const known = names.length > 0 ? `${root} has ${names.join(', ')}` : `${root} has none`
  throw new UserError(
    `dataset '${given}': neither a folder with a manifest nor a name (${known}).${suggest(given, names)}`,
  )
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}
