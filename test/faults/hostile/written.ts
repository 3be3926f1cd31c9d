/** Hostile strings through the stages into files: tables as CSV and Markdown, cards, the report, every page of the site. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../../../benchmarks/submission/rule.ts'
import { statementRules } from '../../../benchmarks/submission/rules/statement.ts'
import { entryOfText, statementOf } from '../../../benchmarks/submission/written.ts'
import type { Rng } from '../../../contracts.ts'
import { listFiles } from '../../../io/files.ts'
import { entry } from '../../benchmarks/submission/an-entry.ts'
import { type Tally, tally } from '../checks.ts'
import { boardOf, CARD, SITE } from './boards.ts'
import { csvFlaws } from './csv.ts'
import { htmlFlaws } from './html.ts'
import { markdownFlaws, tableRows } from './markdown.ts'
import { unseenIn } from './plain-words.ts'
import { hostileStrings } from './strings.ts'

/** So many on one board: with more, pairs of methods take the time. */
export const BATCH = 50

export async function written(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  const plain = await filesOf(Array.from({ length: 8 }, (_, i) => `plain ${i}`))
  const strings = hostileStrings(count, rng)
  for (let from = 0; from < count; from += BATCH) {
    const names = strings.slice(from, from + BATCH)
    const flaws = await filesOf(names).then(
      (files) => flawsOf(files, plain, names.length),
      (error: Error) => [`no board is made: ${error.stack}`],
    )
    for (const name of names) {
      seen.fault()
      await seen.try(JSON.stringify(name), async () => saidOf(name))
    }
    seen.violations.push(...flaws.map((flaw) => `strings ${from} to ${from + names.length}: ${flaw}`))
  }
  return seen
}

/** As a submission: taken or refused, and then by one sentence without a character that cannot be seen. */
function saidOf(name: string): string | null {
  const of = { ...entry, about: name, method: { ...entry.method, model: name, loss: name }, by: { name } }
  try {
    const data = { name: 'toy', version: '1.0.0', track: 'operators' }
    refuse('x', statementRules, statementOf(entryOfText(JSON.stringify(of), 'x.json'), data))
    return unseenIn(name) === null ? null : 'was taken, though it cannot be seen'
  } catch (error) {
    const { name: kind, message } = error as Error
    if (kind !== 'UserError') throw error
    return message.includes('\n') ? 'is refused by several lines' : unseenIn(message)
  }
}

type Files = ReadonlyMap<string, string>

async function filesOf(names: readonly string[]): Promise<Files> {
  const root = await boardOf(names)
  const site = (await listFiles(join(root, SITE))).filter((path) => path.endsWith('.html'))
  const paths = [
    ...['csv', 'md', 'json'].map((kind) => `reports/operators/leaderboard.${kind}`),
    ...['card.md', 'card.html'].map((file) => `${CARD}/${file}`),
    'report/index.html',
    ...site.map((path) => `${SITE}/${path}`),
  ]
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')))
  return new Map(paths.map((path, i) => [path, texts[i]!]))
}

function flawsOf(files: Files, plain: Files, count: number): string[] {
  return [...files].flatMap(([path, text]) => {
    const like = plain.get(path) ?? [...plain].find(([other]) => kindOf(other) === kindOf(path))![1]
    if (path.endsWith('.csv')) return csvFlaws(text, count)
    if (path.endsWith('.html')) return htmlFlaws(text, like, path)
    if (path.endsWith('.json'))
      return JSON.parse(text).standings[0].lines.length === count ? [] : [`${path}: lines lost`]
    const rows = path.includes('leaderboard') && tableRows(text)[0] !== count ? [`${path}: rows lost`] : []
    return [...rows, ...markdownFlaws(text, like, path)]
  })
}

/** Pages of methods are called after them; any of a plain board is an example. */
function kindOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}
