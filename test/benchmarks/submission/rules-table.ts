/** The table of docs/submit.md: every rule by its name. It is read from the code, so that a new rule is in it without a word here. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')
const RULES = join(ROOT, 'benchmarks/submission/rules')

interface Named {
  id: string
  says: string
}

/** What a file of rules is about. */
const TITLES: Record<string, string> = {
  statement: 'What you say of it',
  bytes: 'What the file is',
  footer: 'What its footer says',
  columns: 'The values',
  entry: 'An entry that somebody else wrote',
  history: 'What a change may do to the entries that are there',
}

/** Refusals in passing, by the code that meets them: they are no rules of a list, and have their sentence here. */
export const elsewhere: readonly Named[] = [
  { id: 'file-exists', says: 'The file is there.' },
  { id: 'file-no-link', says: 'The file is no link.' },
  { id: 'file-plain', says: 'The file is a plain file.' },
  { id: 'file-known', says: 'A folder of submissions holds entries, their predictions and nothing else.' },
  { id: 'name-taken', says: "An entry of that name is not somebody else's." },
  { id: 'replace-why', says: 'Your own entry of that name is replaced by --replace "<why>" alone.' },
  { id: 'entry-format', says: 'An entry has the form of submissions/schema.json.' },
  { id: 'dataset-known', says: 'The dataset of an entry is one that is here, by its name.' },
  { id: 'metrics-known', says: 'A run on the dataset is scored, with which an entry can be compared.' },
  { id: 'method-twice', says: 'No two entries of a sender have the same model, loss and seed.' },
  { id: 'predictions-own', says: 'The predictions are not those of somebody else.' },
]

/** Every rule that a file of rules exports, alone or in a list; each once. */
export async function rulesOf(file: string): Promise<Named[]> {
  const module: Record<string, unknown> = await import(join(RULES, file))
  const all = Object.values(module).flat().filter(isNamed)
  return all.filter(({ id }, i) => all.findIndex((one) => one.id === id) === i)
}

export function ruleFiles(): string[] {
  const order = Object.keys(TITLES)
  const place = (file: string) => (order.includes(stem(file)) ? order.indexOf(stem(file)) : order.length)
  return readdirSync(RULES).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

/** Names that the code refuses by without a list: broken(subject, 'file-plain', …). */
export function namesInPassing(): string[] {
  const names = new Set<string>()
  for (const folder of ['benchmarks', 'pipelines'])
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue
      const text = readFileSync(join(ROOT, folder, file), 'utf8')
      for (const [, id] of text.matchAll(/\bbroken\(\s*[\w.]+,\s*'([a-z0-9-]+)'/g)) names.add(id!)
    }
  return [...names].sort()
}

export async function rulesTable(): Promise<string> {
  const groups = await Promise.all(
    ruleFiles().map(async (file) => [TITLES[stem(file)] ?? stem(file), await rulesOf(file)] as const),
  )
  const all = [...groups, ['Files, names and folders', elsewhere] as const]
  return `${all.map(([title, rules]) => section(title, rules)).join('\n\n')}\n\n`
}

/** The part of the page between its two marks, replaced. */
export function withRules(page: string, text: string): string {
  const [begin, end] = ['<!-- made by npm run docs:submission-rules -->', '<!-- end -->']
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error('docs/submit.md: the marks of the rules are missing')
  return `${page.slice(0, from)}${begin}\n\n${text}${page.slice(to)}`
}

function section(title: string, rules: readonly Named[]): string {
  const names = rules.map(({ id }) => `\`${id}\``)
  const words = rules.map(({ says }) =>
    says.replace(/\?\.$/, '?').replace(/[|<>]/g, (letter) => `\\${letter}`),
  )
  const widths = [names, words].map((column) => Math.max(4, ...column.map((text) => text.length)))
  const line = (a: string, b: string) => `| ${a.padEnd(widths[0]!)} | ${b.padEnd(widths[1]!)} |`
  const rule = line('-'.repeat(widths[0]!), '-'.repeat(widths[1]!))
  return [
    `### ${title}`,
    '',
    line('rule', 'what it asks'),
    rule,
    ...names.map((name, i) => line(name, words[i]!)),
  ].join('\n')
}

function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && 'id' in value && 'says' in value
}

function stem(file: string): string {
  return file.replace(/\.ts$/, '')
}
