/** fieldrank list: what there is of a kind, in the words of its own file. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { About } from '../contracts.ts'
import { sources } from '../generators/interactions/sources.ts'
import { UserError } from '../io/errors.ts'
import { CODE, load, namesIn } from '../io/lookup.ts'
import { type Kind, kindCalled, kinds } from '../pipelines/kinds.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'lists models, losses, metrics, solvers, … with a sentence each',
  arguments: '[kind]',
  examples: ['fieldrank list', 'fieldrank list models'],

  async run([name]) {
    if (name === undefined) return void process.stdout.write(overview())
    const kind = kindCalled(name)
    if (kind.known !== undefined) return void process.stdout.write(sourcesText())
    for (const folder of foldersOf(kind)) process.stdout.write(await folderText(kind, folder))
  },
}

export default verb

function overview(): string {
  const lines = kinds
    .filter(({ data }) => !data)
    .map((kind) => {
      const folders = foldersOf(kind).map((folder) => `${folder} (${namesIn(folder).length})`)
      return `${kind.plural.padEnd(12)}${folders.join(', ')}\n`
    })
  const logs = `${'sources'.padEnd(12)}public logs (${Object.keys(sources).length})\n`
  return `${lines.join('')}${logs}\nfieldrank list <kind> shows one of them\n`
}

/** Public logs, and how each comes to data/cache. */
function sourcesText(): string {
  const texts = Object.entries(sources).map(([name, { about, cite, url, steps, file, license }]) => {
    const then = steps === null ? '' : `, ${steps}`
    return `  ${name}  ${about}${cite === undefined ? '' : `  [${cite}]`}\n      ${license}\n      ${url}${then} → data/cache/${file}\n`
  })
  return `generators/interactions/sources\n${texts.join('')}`
}

/** The folders of a kind: one per track, or one. */
function foldersOf({ folder, perTrack }: Kind): string[] {
  if (!perTrack) return [folder]
  return namesIn('benchmarks/tracks')
    .map((track) => `${folder}/${track}`)
    .filter((path) => readdirSync(join(CODE, folder)).includes(path.split('/')[1]!))
}

async function folderText(kind: Kind, folder: string): Promise<string> {
  const entries: { name: string; entry: Partial<About> }[] = []
  for (const name of namesIn(folder)) {
    const entry = await load<Partial<About>>(kind.param, folder, name).catch(notAnEntry)
    if (entry !== null) entries.push({ name, entry })
  }
  const width = Math.max(0, ...entries.map(({ name }) => name.length)) + 2
  const lines = entries.map(({ name, entry }) => {
    const cite = entry.cite === undefined ? '' : `  [${entry.cite}]`
    return `  ${name.padEnd(width)}${entry.about ?? ''}${cite}\n`
  })
  return `${folder}\n${lines.join('')}`
}

/** A file without a default export is a part that lies beside the names. */
function notAnEntry(error: unknown): null {
  if (error instanceof UserError) return null
  throw error
}
