/**
 * The conformance kit: cases with closed-form answers for every metric, as Parquet files that any program can read, and the
 * verdict on what it answers. cases.json says what is asked; the answers are not in the folder.
 */
import { join } from 'node:path'
import type { Columns, Metric } from '../../contracts.ts'
import { writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { load } from '../../io/lookup.ts'
import { writeParquet } from '../../io/parquet.ts'
import cg from '../../solvers/cg.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { byKey } from '../align.ts'
import { loadTrack } from '../track.ts'
import type { Case } from './case.ts'
import { fieldCases } from './fields.ts'
import { listCases } from './lists.ts'
import { stepCases } from './steps.ts'

export function kitCases(): Case[] {
  return [...fieldCases(), ...listCases(), ...stepCases()]
}

/** <folder>/cases.json, and <id>.truth.parquet and <id>.predicted.parquet of each case. */
export async function writeKit(folder: string, cases: readonly Case[]): Promise<void> {
  for (const { id, truth, predicted, schemas } of cases) {
    await writeParquet(join(folder, `${id}.truth.parquet`), schemas.truth, truth)
    await writeParquet(join(folder, `${id}.predicted.parquet`), schemas.predicted, predicted)
  }
  const questions = cases.map(({ id, track, metric, facts }) => {
    const [name, cut] = metric.split('@')
    const files = { truth: `${id}.truth.parquet`, predicted: `${id}.predicted.parquet` }
    return { id, track, metric: name, k: cut === undefined ? null : Number(cut), facts, ...files }
  })
  await writeDurable(join(folder, 'cases.json'), pretty(questions))
}

export interface Verdict {
  id: string
  metric: string
  about: string
  expected: number
  got: number | null // null: not answered
  isRight: boolean
}

/** Right within `tolerance` of the answer, relative to it where it is above 1; 0 must be met as closely as 1. */
export function verdicts(
  cases: readonly Case[],
  answers: ReadonlyMap<string, number>,
  tolerance: number,
): Verdict[] {
  return cases.map(({ id, metric, about, value }) => {
    const got = answers.get(id) ?? null
    const isRight = got !== null && Math.abs(got - value) <= tolerance * Math.max(1, Math.abs(value))
    return { id, metric, about, expected: value, got, isRight }
  })
}

/** Our own metrics, or those that `metricOf` gives in their place. */
export async function ownAnswers(
  cases: readonly Case[],
  metricOf: (track: string, name: string) => Promise<Metric> = (track, name) =>
    load('metric', `metrics/${track}`, name),
): Promise<Map<string, number>> {
  const answers = new Map<string, number>()
  for (const { id, track, metric, facts, truth, predicted } of cases) {
    if (metric === 'cg-iterations') {
      answers.set(id, await stepsOf(truth))
      continue
    }
    const [name, cut] = metric.split('@') as [string, string | undefined]
    const { key } = await loadTrack(track)
    const { measure } = await metricOf(track, name)
    const k = cut === undefined ? undefined : Number(cut)
    answers.set(id, measure(byKey(predicted, key), byKey(truth, key), facts, k).value)
  }
  return answers
}

async function stepsOf({ data }: Columns): Promise<number> {
  const n = Math.sqrt(data.rhs!.length)
  const params = { ...cg.defaults, tolerance: 1e-8, preconditioner: 'none' }
  const matrix = assemble({ batch: 1, n: n + 1, data: Float64Array.from(data.k as Float64Array) })
  const state = await cg.setup(matrix, params)
  const { iterations } = await cg.solve(
    state,
    { batch: 1, n, data: Float64Array.from(data.rhs as Float64Array) },
    params,
  )
  return iterations[0]!
}
