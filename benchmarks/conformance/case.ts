/** One question with a known answer: truth, prediction, and the value of a metric worked out on paper. */
import type { Columns, Params, Schema } from '../../contracts.ts'

export interface Case {
  id: string // 'h1-mode'
  track: string
  metric: string // 'ndcg@10'; 'cg-iterations' is a count of steps, not a score
  about: string // the answer as a formula
  facts: Params
  truth: Columns
  predicted: Columns // its rows may be in another order: join them by the key
  schemas: { truth: Schema; predicted: Schema }
  value: number
}
