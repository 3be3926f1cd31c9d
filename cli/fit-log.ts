/** fieldrank fit-log: the params of the made log that comes nearest to a real one, and how near that is. */
import { writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { acceptanceOf, digits, type Finding } from '../benchmarks/made-logs/acceptance.ts'
import type { Shape } from '../benchmarks/made-logs/shape.ts'
import { UNITS, type Unit } from '../benchmarks/made-logs/unit.ts'
import type { Params } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { type Comparison, compareLog, type FitOptions, referenceBytes } from '../pipelines/fit-log.ts'
import { wholeNumber } from './flags/limits.ts'
import type { Verb } from './verb.ts'

const UNIT_NAMES = Object.keys(UNITS)

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
    ['--unit <name>', `of the times: ${UNIT_NAMES.join(', ')}; where their size does not tell it`],
  ],
  notes: [
    'Scores hang on the size of the catalog, so both logs are cut to the same number of users, and to the k-core that the log has (at most 5).',
    'gap and gapZero come from the last gap of each user, in seconds; the other gaps are not looked at.',
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
    const settings = { users, asked, tries, seed, unit: unitNamed(options.unit) }
    const found = await compareLog(file, settings, signal, progress(tries))
    process.stderr.write(process.stderr.isTTY ? '\r\u001b[K' : '')
    process.stdout.write(describe(path!, found, settings))
    if (typeof options.out === 'string') await writeFile(options.out, profilePart(found))
    if (options.check !== true) return 0
    const findings = acceptanceOf(found.fitted.shape, found.real, await referenceBytes(signal))
    process.stdout.write(findingLines(findings, checkCommand(path!, settings)))
    return findings.every(({ passes }) => passes !== false) ? 0 : 1
  },
}

export default verb

function unitNamed(given: unknown): Unit | null {
  if (given === undefined) return null
  if (UNIT_NAMES.includes(String(given))) return given as Unit
  const hint = suggest(String(given), UNIT_NAMES)
  throw new UserError(`--unit: one of ${UNIT_NAMES.join(', ')} (got ${given}).${hint}`)
}

function progress(tries: number): (done: number) => void {
  return (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of at most ${tries} made logs`)
  }
}

function describe(path: string, found: Comparison, settings: FitOptions): string {
  const { whole, depth, unit, real, fitted } = found
  const { users, items, interactions } = whole
  const how = settings.unit === null ? 'told by their size; --unit says another' : 'as --unit says'
  const set = Object.entries(catalogOf(found)).map(([key, text]) => ` --set 'catalog.${key}=${text}'`)
  const lines = [
    `${basename(path)}: ${users} users, ${items} items, ${interactions} interactions`,
    `compared on a cut, after a core of ${depth.items} users an item and ${depth.users} items a user; NDCG@10, leave-one-out`,
    ...(unit === null ? [] : [`times in ${unit}, ${how}; gaps are the last ones of users`]),
    '',
    ...table(real, fitted.shape),
    '',
    `distance ${digits(fitted.distance)} after ${fitted.tries} made logs`,
    '',
    'for the whole size, with the filter and the split that were compared:',
    ` ${set.join('')}`,
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

/** What makes the log, filters and splits it: users, items and lengths were fitted to what the core leaves of them. */
function catalogOf({ params, depth }: Comparison): Record<string, string> {
  return {
    source: '[zipf]',
    size: flow(params),
    strategy: '[leave-one-out]',
    core: flow({ ...depth, iterate: true }),
  }
}

/** '{ users: 100, items: 40 }': YAML and what --set takes. */
function flow(params: Params): string {
  const entries = Object.entries(params).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return `{ ${entries.join(', ')} }`
}

function profilePart(found: Comparison): string {
  const { source, strategy, core } = catalogOf(found)
  const size = Object.entries(found.params).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
  return `catalog:\n  source: ${source}\n  size:\n${size.join('')}  strategy: ${strategy}\n  core: ${core}\n`
}

/** The same cut, fit and made log, and then the trainings. */
function checkCommand(path: string, { users, asked, tries, seed, unit }: FitOptions): string {
  const file = `'${resolve(path).replaceAll("'", "'\\''")}'`
  const told = unit === null ? '' : ` --unit ${unit}`
  return `npm run check:logs -- ${file} --users ${users} --asked ${asked} --tries ${tries} --seed ${seed}${told}`
}

function findingLines(findings: readonly Finding[], command: string): string {
  const word = { true: 'pass', false: 'FAIL', null: 'none' }
  const lines = findings.map(({ test, says, passes, because }) => {
    return `(${test}) ${word[`${passes}`]}  ${says}\n          ${because}\n`
  })
  return `\n${lines.join('')}(f) (g)    take training, in a clone of the repository:\n          ${command}\n`
}
