/**
 * The pictures of one dataset that any track has: scores with their errors, and training curves.
 * Gives figures and the text of their files; the fields of an operator are drawn by draw-fields.ts.
 */
import type { Method, Standing } from './board.ts'
import { type CurvePoint, curvesSvg, nameOf, scoresSvg } from './charts.ts'
import type { Figure } from './figures.ts'
import { significant } from './numbers.ts'
import { headOf } from './table.ts'

/** A figure whose files are still in memory. */
export interface Drawing {
  figure: Figure
  files: ReadonlyMap<string, string> // name → SVG
}

/** Scores of the metric that ranks. Nothing where fewer than two methods have one. */
export async function drawScores({ dataset, metrics, lines }: Standing): Promise<Drawing[]> {
  const [first] = metrics
  if (first === undefined) return []
  const points = lines.flatMap(({ model, loss, scores }) => {
    const score = scores[first.name]
    return score === undefined || !Number.isFinite(score.value) ? [] : [{ model, loss, ...score }]
  })
  if (points.length < 2) return []
  const said = points.map((point) => `${nameOf(point)} ${significant(point.value, 3)}`)
  const svg = await scoresSvg(points, headOf(first), `${headOf(first)} as in the table: ${said.join('; ')}`)
  const caption = `${headOf(first)} in the order of the table. Bars reach 1.96 standard errors to each side; color and shape tell the loss.${dataset.made ? ' A made log.' : ''}`
  return [drawing(dataset.name, 'Scores', caption, [['scores', svg]])]
}

/** A panel per loss: the loss that was trained on, and `watch`, the metric that was watched meanwhile. */
export async function drawCurves(
  dataset: string,
  methods: readonly Method[],
  watch: string,
): Promise<Drawing[]> {
  const [training, valid] = [pointsOf(methods, 'loss'), pointsOf(methods, 'valid')]
  const own =
    'Mean over the batches of each epoch, one line a run. Each loss has its own scale: their values do not compare.'
  const watched = `${watch} on the validation split (of a long one, its beginning) after each epoch, one line a run, the same scale in all panels.`
  return [
    ...(await curves(training, { dataset, title: 'Training loss', caption: own, kind: 'loss' })),
    ...(await curves(
      valid,
      { dataset, title: `Validation ${watch}`, caption: watched, kind: 'valid' },
      valid.map((point) => point.value),
    )),
  ]
}

/** Names the files after the dataset, in letters that every file system takes. */
export function drawing(
  dataset: string,
  title: string,
  caption: string,
  pictures: readonly (readonly [name: string, svg: string])[],
): Drawing {
  const files = pictures.map(
    ([name, svg]) => [`${`${dataset}-${name}`.replace(/[^\w.-]+/g, '-')}.svg`, svg] as const,
  )
  return { figure: { dataset, title, caption, files: files.map(([file]) => file) }, files: new Map(files) }
}

type LossPoint = CurvePoint & { loss: string }

function pointsOf(methods: readonly Method[], column: 'loss' | 'valid'): LossPoint[] {
  return methods.flatMap(({ model, loss, runs }) =>
    runs.flatMap(({ submission, history }) =>
      history
        .map((line) => ({
          model,
          loss,
          seed: submission.method.seed,
          epoch: line.epoch,
          value: line[column],
        }))
        .filter(({ value }) => Number.isFinite(value)),
    ),
  )
}

/** `values` are those of all panels where they share a scale. */
async function curves(
  points: readonly LossPoint[],
  { dataset, title, caption, kind }: { dataset: string; title: string; caption: string; kind: string },
  values?: readonly number[],
): Promise<Drawing[]> {
  const models = [...new Set(points.map(({ model }) => model))].sort()
  const pictures: [string, string][] = []
  for (const loss of [...new Set(points.map((point) => point.loss))].sort()) {
    const own = points.filter((point) => point.loss === loss)
    const alt = `${title} over epochs, loss ${loss}. Last values: ${lastOf(own).join('; ')}`
    const shared = { models, ...(values !== undefined && { values }) }
    pictures.push([`${kind}-${loss}`, await curvesSvg(own, shared, `loss ${loss}`, alt)])
  }
  return pictures.length === 0 ? [] : [drawing(dataset, title, caption, pictures)]
}

/** What is read out instead of a curve: where each run ended. */
function lastOf(points: readonly CurvePoint[]): string[] {
  const last = new Map(points.map((point) => [`${point.model} seed ${point.seed}`, point.value]))
  return [...last].map(([run, value]) => `${run} ${significant(value, 3)}`)
}
