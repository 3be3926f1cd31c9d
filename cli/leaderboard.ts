/** fieldrank leaderboard: the tables that a finished run left behind. Computes nothing. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suggest, UserError } from '../io/errors.ts'
import { exists } from '../io/files.ts'
import { namesIn } from '../io/lookup.ts'
import { checkProfile } from './flags/pipeline.ts'
import type { Verb } from './verb.ts'

const FORMATS = ['md', 'csv', 'json']

const verb: Verb = {
  about: 'prints the leaderboard of a track, or of all',
  arguments: '[track]',
  options: [
    ['-p, --profile <name>', 'the profile whose run to show', 'smoke'],
    ['-d, --data <folder>', 'where everything made lies, a folder per profile', 'data'],
    ['--format <format>', `one of ${FORMATS.join(', ')}`, 'md'],
  ],
  examples: [
    'fieldrank leaderboard operators',
    'fieldrank leaderboard operators --profile small --format csv > operators.csv',
  ],

  async run([track], { profile, data, format }) {
    const extension = String(format)
    if (!FORMATS.includes(extension))
      throw new UserError(
        `--format: one of ${FORMATS.join(', ')} (got ${extension}).${suggest(extension, FORMATS)}`,
      )
    const known = namesIn('benchmarks/tracks')
    if (track !== undefined && !known.includes(track))
      throw new UserError(`track '${track}' not found (${known.join(', ')}).${suggest(track, known)}`)
    const tables = await readTables(join(String(data), String(profile), 'reports'), track, extension)
    if (tables.length === 0) {
      checkProfile(profile)
      throw new UserError(
        `leaderboard${track === undefined ? '' : ` of ${track}`}: nothing in ${join(String(data), String(profile))} yet. ` +
          `fieldrank run --profile ${profile} makes it`,
      )
    }
    process.stdout.write(joined(tables, extension))
  },
}

export default verb

/** The file of each track that has one; all tracks when none is named. */
async function readTables(folder: string, track: string | undefined, extension: string): Promise<string[]> {
  const tracks = track === undefined ? namesIn('benchmarks/tracks') : [track]
  const tables: string[] = []
  for (const name of tracks) {
    const path = join(folder, name, `leaderboard.${extension}`)
    if (await exists(path)) tables.push(await readFile(path, 'utf8'))
  }
  return tables
}

/** Several tracks: Markdown one below the other, JSON as a list, CSV not at all, since their columns differ. */
function joined(tables: readonly string[], extension: string): string {
  if (tables.length === 1) return tables[0]!
  if (extension === 'csv') throw new UserError('leaderboard: --format csv prints one track; name it')
  return extension === 'json'
    ? `[\n${tables.map((table) => table.trimEnd()).join(',\n')}\n]\n`
    : tables.join('\n')
}
