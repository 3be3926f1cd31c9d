/** Group E: submissions that break a rule, that break none, that are something else, and changes of what was there. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { judge } from '../../../benchmarks/submission/judge.ts'
import { refuse } from '../../../benchmarks/submission/rule.ts'
import { bytesRules } from '../../../benchmarks/submission/rules/bytes.ts'
import { columnRules } from '../../../benchmarks/submission/rules/columns.ts'
import { recomputedRules } from '../../../benchmarks/submission/rules/entry.ts'
import { footerRules } from '../../../benchmarks/submission/rules/footer.ts'
import { historyRules } from '../../../benchmarks/submission/rules/history.ts'
import { statementRules } from '../../../benchmarks/submission/rules/statement.ts'
import type { Columns, Rng } from '../../../contracts.ts'
import { take } from '../../../io/columns.ts'
import { sha256File } from '../../../io/files.ts'
import { writeParquet } from '../../../io/parquet.ts'
import { entry } from '../../benchmarks/submission/an-entry.ts'
import { makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { breaks } from '../broken-submissions.ts'
import { type Group, type Tally, tally } from '../checks.ts'
import { disguised, predictionSchema, predictions } from '../submissions/disguises.ts'
import { ends, fields, footer, lists, statement } from '../submissions/valid.ts'
import { breaches, mutations } from '../workflow-policy.ts'

const group: Group = {
  about: 'submissions: rules, disguises, scores computed again, the merge base, the workflow',
  checks: [
    { name: 'E1 one rule broken', smoke: breaks.length, full: 50 * breaks.length, run: broken },
    { name: 'E2 no rule broken', smoke: 50, full: 5000, run: valid },
    { name: 'E3 disguised content', smoke: 9, full: 200, run: disguised },
    { name: 'E4 scores computed again', smoke: 10, full: 200, run: again },
    { name: 'E5 against the merge base', smoke: 10, full: 100, run: histories },
    { name: 'E6 the workflow', smoke: mutations.length, full: mutations.length, run: workflows },
  ],
}

export default group

// ── E1, E2 ───────────────────────────────────────────────────────────────────

async function broken(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  for (let i = 0; i < count; i++) {
    const { id, draw } = breaks[i % breaks.length]!
    const { rules, given, names } = draw(rng)
    await seen.try(`${id}, input ${i}`, async () => {
      seen.fault()
      const message = refusal(() => refuse('submission x', rules, given))
      if (message === null) return 'was taken'
      return message.endsWith(` [${id}]`) && message.includes(names) ? null : `said: ${message}`
    })
  }
  return seen
}

async function valid(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  for (let i = 0; i < count; i++) {
    await seen.try(`valid submission ${i}`, async () => {
      return refusal(() => {
        refuse('x', bytesRules, ends(rng))
        refuse('x', footerRules, footer(rng))
        refuse('x', columnRules, fields(rng))
        refuse('x', columnRules, lists(rng))
        refuse('x', statementRules, statement(rng))
      })
    })
  }
  return seen
}

// ── E4 ───────────────────────────────────────────────────────────────────────

/** The same predictions in another order and layout: the same scores, and the same bytes of our copy. */
async function again(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  const folder = await temporary()
  await makeOperators(join(folder, 'data'))
  const judged = async (columns: Columns, name: string) => {
    const out = join(folder, name)
    await mkdir(out)
    await written(join(out, 'given.parquet'), columns)
    const metrics = ['relative-l2', 'h1', 'residual', 'spectrum-high']
    return judge({ subject: 'x', file: join(out, 'given.parquet'), data: join(folder, 'data'), metrics, out })
  }
  for (let i = 0; i < count; i++) {
    const columns = predictions(rng)
    const order = Int32Array.of(3, 1, 4, 0, 2).map((row) => (row + i) % 5)
    await seen.try(`scores ${i}`, async () => {
      const [one, other] = [await judged(columns, `a${i}`), await judged(take(columns, order), `b${i}`)]
      const file = await sha256File(join(folder, `b${i}`, 'predictions.parquet'))
      if (file !== one.predictions.sha256) return 'our copies differ'
      const given = {
        entry: { ...entry, scores: one.scores, predictions: { ...entry.predictions, ...one.predictions } },
        ...other,
      }
      return refusal(() => refuse('x', recomputedRules, given))
    })
  }
  return seen
}

// ── E5, E6 ───────────────────────────────────────────────────────────────────

async function histories(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  const base = new Date('2026-01-01')
  const value = () => ({ 'relative-l2': { value: rng.uniform(), stderr: null, rows: 5 } })
  const early = () => new Date(1e12 * rng.uniform()).toISOString()
  const kinds = [
    ['entry-kept', () => null],
    ['owner-kept', () => ({ ...entry, by: { name: `B${rng.integer(99)}` } })],
    ['dataset-kept', () => ({ ...entry, dataset: { name: `d${rng.integer(99)}`, version: '1.0.0' } })],
    ['change-told', () => ({ ...entry, scores: value(), submitted: '2026-03-01T00:00:00.000Z' })],
    ['not-backdated', () => ({ ...entry, submitted: early() })],
  ] as const
  for (let i = 0; i < count; i++) {
    const [id, change] = kinds[i % kinds.length]!
    const after = change()
    await seen.try(`${id}, change ${i}`, async () => {
      seen.fault()
      const message = refusal(() => refuse('x', historyRules, { before: entry, after, base }))
      return message?.endsWith(` [${id}]`) ? null : `said: ${message}`
    })
  }
  return seen
}

async function workflows(count: number): Promise<Tally> {
  const seen = tally()
  const text = await readFile(join(import.meta.dirname, '../../../docs/submissions-workflow.yml'), 'utf8')
  await seen.try('the workflow', async () => breaches(text).join('; ') || null)
  for (const [what, change] of mutations.slice(0, count)) {
    await seen.try(what, async () => {
      seen.fault()
      return breaches(change(text)).length > 0 ? null : 'was not found out'
    })
  }
  return seen
}

async function written(path: string, columns: Columns): Promise<Buffer> {
  await writeParquet(path, predictionSchema, columns)
  return readFile(path)
}

/** The sentence of a refusal, null where there is none; a bug is thrown on. */
function refusal(work: () => void): string | null {
  try {
    work()
    return null
  } catch (error) {
    if ((error as Error).name !== 'UserError') throw error
    return (error as Error).message
  }
}
