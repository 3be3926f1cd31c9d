/**
 * Where a dataset has a coefficient k and a solution x: the first row of its test split, and what the best models
 * predict for it, each with its best loss. Solution and predictions share one color scale, errors share another, even about zero.
 */
import type { Columns, Dataset } from '../contracts.ts'
import { readSplit } from '../io/manifest.ts'
import type { Line } from './board.ts'
import { nameOf } from './charts.ts'
import { diverging, viridis } from './colormap.ts'
import { type Drawing, drawing } from './draw.ts'
import { significant } from './numbers.ts'
import { type Panel, panelSvg } from './panel.ts'
import { evenRangeOf, rangeOf } from './picture.ts'

/** How many methods are shown: the best row of the best models. */
const SHOWN = 2

/** `data` is the folder of the shards, `predictions` gives the columns of a run by its name. Of several seeds the first is shown. */
export async function drawFields(
  dataset: Dataset,
  lines: readonly Line[],
  { data, predictions }: { data: string; predictions(run: string): Promise<Columns> },
): Promise<Drawing[]> {
  const { k, x } = dataset.schema
  if (k?.shape.length !== 2 || x?.shape.length !== 2) return []
  const truth = await readSplit(data, dataset, 'test', ['row', 'k', 'x'])
  if (truth.rows === 0) return []
  const solution = fieldOf(truth, 'x', 0)
  const shown: Prediction[] = []
  for (const line of bestOf(lines)) {
    const values = fieldOf(await predictions(line.runs[0]!), 'x', 0)
    shown.push({ line, values, error: values.map((value, i) => value - solution[i]!) })
  }
  const range = rangeOf(solution, ...shown.map(({ values }) => values))
  const errors = evenRangeOf(...shown.map(({ error }) => error))
  const problem = drawing(dataset.name, 'The first test row', PROBLEM, [
    ['k', picture('log₁₀ k', 'Coefficient k, logarithmic', fieldOf(truth, 'k', 0).map(Math.log10))],
    ['x', picture('solution x', 'Reference solution x', solution, { range })],
  ])
  return [problem, ...shown.map((one) => predicted(dataset.name, one, solution, { range, errors }))]
}

/** The first row of each model, as long as there is room; lines are in the order of the table. */
function bestOf(lines: readonly Line[]): Line[] {
  const ranked = lines.filter(({ rank }) => rank !== null)
  const firsts = ranked.filter(({ model }, i) => ranked.findIndex((line) => line.model === model) === i)
  return firsts.slice(0, SHOWN)
}

interface Prediction {
  line: Line
  values: Float64Array
  error: Float64Array
}

const PROBLEM =
  'The coefficient on its cells and the reference solution on the nodes between them. The first index runs down, the second to the right.'

function predicted(
  dataset: string,
  { line, values, error }: Prediction,
  solution: Float64Array,
  { range, errors }: { range: Panel['range']; errors: Panel['range'] },
): Drawing {
  const name = nameOf(line)
  const relative = significant(normOf(error) / normOf(solution), 3)
  const caption = `Rank ${line.rank}. On this row ‖x̂ − x‖ / ‖x‖ = ${relative}; x̂ has the colors of x.`
  return drawing(dataset, name, caption, [
    [
      `${line.model}_${line.loss}-prediction`,
      picture('prediction x̂', `Prediction of ${name}`, values, { range }),
    ],
    [
      `${line.model}_${line.loss}-error`,
      picture('error x̂ − x', `Error of ${name}, relative size ${relative}`, error, {
        range: errors,
        map: diverging,
      }),
    ],
  ])
}

function picture(title: string, alt: string, values: Float64Array, look: Partial<Panel> = {}): string {
  const n = Math.round(Math.sqrt(values.length))
  return panelSvg({ title, alt, n, values, range: rangeOf(values), map: viridis, ...look })
}

/** The field of the row whose number is `row`, in f64. */
function fieldOf({ rows, data }: Columns, column: string, row: number): Float64Array {
  const ids = data.row as Int32Array
  const place = ids.indexOf(row)
  if (place < 0) throw new Error(`no row ${row} among ${rows} rows`)
  const values = data[column] as Float32Array | Float64Array
  const size = values.length / rows
  return Float64Array.from(values.subarray(place * size, (place + 1) * size))
}

function normOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0))
}
