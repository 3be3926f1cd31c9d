/** fieldrank fit-log: the params of the made log that comes nearest to a real one, and how near that is. */
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { acceptanceOf, digits, type Finding } from '../benchmarks/made-logs/acceptance.ts'
import type { Shape } from '../benchmarks/made-logs/shape.ts'
import type { Params } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { type Comparison, compareLog, REFERENCE, referenceHash } from '../pipelines/fit-log.ts'
import { wholeNumber } from './flags/limits.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'fits the params of made logs to a real log, and says how alike they are',
  arguments: '<path>',
  options: [
    ['--check', 'also run the acceptance tests that need no training; exit code 1 when one fails'],
    ['--out <file>', 'write the params as a part of a profile, for pipeline.yaml'],
    ['--users <number>', 'compare on a cut of at most so many users, drawn at random', '12000'],
    ['--asked <number>', 'users asked for scores', '3000'],
    ['--tries <number>', 'made logs to look at', '60'],
    ['--seed <number>', 'of the cut and of the made logs', '0'],
  ],
  notes: [
    'Scores hang on the size of the catalog, so both logs are cut to the same number of users, and to the k-core that the log has (at most 5).',
    'Whether losses rank on made logs as on real ones takes training: npm run check:logs.',
  ],
  examples: [
    'fieldrank fit-log path/to/log.csv',
    'fieldrank fit-log path/to/log.csv --check --out made.yaml',
  ],

  async run([path], options) {
    const number = (name: string) => wholeNumber(name, options[name])
    const [users, asked, tries] = [number('users'), number('asked'), number('tries')]
    const seed = Number(options.seed)
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new UserError(`--seed: must be a whole number from 0 (got ${options.seed})`)
    const { signal } = new AbortController()
    // a name without a slash would be that of a generator
    const file = path!.includes('/') ? path! : `./${path}`
    const found = await compareLog(file, { users, asked, tries, seed }, signal, progress(tries))
    process.stderr.write(process.stderr.isTTY ? '\r\u001b[K' : '')
    process.stdout.write(describe(path!, found))
    if (typeof options.out === 'string') await writeFile(options.out, profilePart(found.params))
    if (options.check !== true) return 0
    const bytes = { found: await referenceHash(signal), expected: REFERENCE }
    const findings = acceptanceOf(found.fitted.shape, found.real, bytes)
    process.stdout.write(findingLines(findings))
    return findings.every(({ passes }) => passes !== false) ? 0 : 1
  },
}

export default verb

function progress(tries: number): (done: number) => void {
  return (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of at most ${tries} made logs`)
  }
}

function describe(path: string, { whole, depth, real, fitted, params }: Comparison): string {
  const { users, items, interactions } = whole
  const lines = [
    `${basename(path)}: ${users} users, ${items} items, ${interactions} interactions`,
    `compared on a cut, after a core of ${depth.items} users an item and ${depth.users} items a user; NDCG@10, leave-one-out`,
    '',
    ...table(real, fitted.shape),
    '',
    `distance ${digits(fitted.distance)} after ${fitted.tries} made logs`,
    '',
    'for the whole size:',
    `  --set 'catalog.source=[zipf]' --set 'catalog.size=${flow(params)}'`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function table(real: Shape, made: Shape): string[] {
  const rows = [['', 'log', 'made'], ...Object.keys(NAMES).map((key) => row(key as keyof Shape, real, made))]
  const widths = [0, 1, 2].map((c) => Math.max(...rows.map((cells) => cells[c]!.length)))
  return rows.map(
    ([name, a, b]) => `  ${name!.padEnd(widths[0]!)}  ${a!.padStart(widths[1]!)}  ${b!.padStart(widths[2]!)}`,
  )
}

function row(key: keyof Shape, real: Shape, made: Shape): string[] {
  const text = (value: number | null) =>
    value === null ? '—' : Number.isInteger(value) ? String(value) : digits(value)
  return [NAMES[key], text(real[key]), text(made[key])]
}

const NAMES: Record<keyof Shape, string> = {
  users: 'users',
  items: 'items',
  events: 'interactions',
  meanLength: 'mean length',
  medianLength: 'median length',
  longest: 'longest',
  itemMedian: 'median events of an item',
  itemMost: 'most events of an item',
  gini: 'gini of items',
  top1: 'top 1 % of items',
  slope: 'slope of popularity',
  repeats: 'repeated events',
  followed: 'steps taken twice',
  popular: 'popularity',
  markov: 'markov',
  shuffled: 'markov, shuffled',
  itemknn: 'itemknn',
  turnover: 'turnover of targets',
}

/** '{ users: 100, items: 40 }': YAML and what --set takes. */
function flow(params: Params): string {
  const entries = Object.entries(params).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return `{ ${entries.join(', ')} }`
}

function profilePart(params: Params): string {
  const lines = Object.entries(params).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
  return `catalog:\n  source: [zipf]\n  size:\n${lines.join('')}`
}

function findingLines(findings: readonly Finding[]): string {
  const word = { true: 'pass', false: 'FAIL', null: 'none' }
  const lines = findings.map(({ test, says, passes, because }) => {
    return `(${test}) ${word[`${passes}`]}  ${says}\n          ${because}\n`
  })
  return `\n${lines.join('')}(f) (g)    take training: npm run check:logs\n`
}
