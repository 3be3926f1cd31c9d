/** What the pages of a site are written from: boards, and beside each what was read of its dataset and its runs. */
import type { Dataset, Score, Submission } from '../../contracts.ts'
import type { Board, Run, Standing } from '../board.ts'
import type { Card } from '../card.ts'
import type { Published, Recipe } from './recompute.ts'

export interface Chapter {
  board: Board
  sets: readonly DatasetEntry[] // one per standing with lines, in their order
}

export interface DatasetEntry {
  standing: Standing
  dataset: Dataset
  card: Card
  recipe: Recipe
  runs: ReadonlyMap<string, RunEntry> // by the name of the run
}

/** One run of one seed. */
export interface RunEntry {
  submission: Submission
  scores: { readonly [metric: string]: Score }
  history: Run['history']
  predictions: Published
  worst: readonly WorstRow[] // the largest errors first; none where rows are no fields
}

/** A row that went badly: files of the site, from its root. */
export interface WorstRow {
  row: number
  value: number // of the metric that ranks
  pictures: readonly Picture[]
}

/** A square field as a picture of n × n pixels beside its color scale. */
export interface Picture {
  title: string
  alt: string
  file: string
  n: number
  map: 'viridis' | 'diverging'
  low: number
  high: number
}
