/** The rows on which a run did worst by the metric that ranks, as pictures: truth, prediction, error. Fields only. */
import { join } from 'node:path'
import { readPredictions } from '../../benchmarks/submission.ts'
import type { Columns, Dataset, Track } from '../../contracts.ts'
import { byKey } from '../../io/columns.ts'
import type { Run, Standing } from '../../reports/board.ts'
import { diverging, viridis } from '../../reports/colormap.ts'
import { evenRangeOf, fieldPng, type Range, rangeOf } from '../../reports/picture.ts'
import type { Picture, WorstRow } from '../../reports/site/contents.ts'
import type { Copies } from './copies.ts'

/** How many rows of a run are shown. */
const SHOWN = 3

export async function worstRows(
  run: Run,
  { dataset, truth, standing, track }: { dataset: Dataset; truth: Columns; standing: Standing; track: Track },
  folder: string,
  { copies, at }: { copies: Copies; at: string },
): Promise<WorstRow[]> {
  const [metric] = standing.metrics
  const errors = metric === undefined ? undefined : run.perRow[metric.name]
  const isField = track.predictions(dataset.facts).x?.shape.length === 2 && truth.data.x !== undefined
  if (metric === undefined || errors === undefined || !isField) return []
  const predicted = byKey(
    await readPredictions(join(folder, 'run.json'), run.submission, track.predictions(dataset.facts)),
    track.key,
  )
  const actual = byKey(truth, track.key)
  const sign = metric.better === 'lower' ? 1 : -1
  const order = Array.from(errors.keys()).sort((a, b) => sign * (errors[b]! - errors[a]!) || a - b)
  const rows: WorstRow[] = []
  for (const place of order.slice(0, SHOWN)) {
    const row = run.ids[place]!
    const [x, guess] = [fieldAt(actual, place), fieldAt(predicted, place)]
    const drawn = pictures(row, x, guess, `pictures/${at}`)
    for (const { picture, png } of drawn) await copies.write(picture.file, png)
    rows.push({ row, value: errors[place]!, pictures: drawn.map(({ picture }) => picture) })
  }
  return rows
}

function pictures(
  row: number,
  x: Float64Array,
  guess: Float64Array,
  folder: string,
): { picture: Picture; png: Buffer }[] {
  const error = guess.map((value, i) => value - x[i]!)
  const shared = rangeOf(x, guess)
  const one = (title: string, name: string, values: Float64Array, range: Range, map: Picture['map']) => {
    const n = Math.round(Math.sqrt(values.length))
    const picture = {
      title,
      alt: `${name} of row ${row}`,
      file: `${folder}/${row}-${name}.png`,
      n,
      map,
      ...range,
    }
    return { picture, png: fieldPng(values, n, range, MAPS[map], n) }
  }
  return [
    one('truth x', 'truth', x, shared, 'viridis'),
    one('prediction x̂', 'prediction', guess, shared, 'viridis'),
    one('error x̂ − x', 'error', error, evenRangeOf(error), 'diverging'),
  ]
}

const MAPS = { viridis, diverging }

function fieldAt({ rows, data }: Columns, place: number): Float64Array {
  const values = data.x as Float32Array | Float64Array
  const size = values.length / rows
  return Float64Array.from(values.subarray(place * size, (place + 1) * size))
}
