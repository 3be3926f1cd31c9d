/** The training of one method on each dataset of its track: the loss, and the metric that was watched, one line a seed. */
import { loadTrack } from '../../benchmarks/track.ts'
import { curvesSvg } from '../../reports/charts.ts'
import type { Chapter, DatasetEntry } from '../../reports/site/contents.ts'
import type { Curves } from '../../reports/site/method-page.ts'

type Method = { model: string; loss: string }

export async function curvesOf({ board, sets }: Chapter, method: Method): Promise<Curves> {
  const { watch } = await loadTrack(board.track)
  const curves = new Map<string, { title: string; svg: string }[]>()
  for (const set of sets) {
    const own = [
      await curve(set, method, 'loss', `training loss ${method.loss}`),
      await curve(set, method, 'valid', `validation ${watch}`),
    ]
    curves.set(set.dataset.name, own.flat())
  }
  return curves
}

async function curve(
  { dataset, runs }: DatasetEntry,
  { model, loss }: Method,
  column: 'loss' | 'valid',
  title: string,
): Promise<{ title: string; svg: string }[]> {
  const own = [...runs.values()].filter(
    ({ submission: { method } }) => method.model === model && method.loss === loss,
  )
  const points = own.flatMap(({ submission: { method }, history }) =>
    history.map((line) => ({
      model: `seed ${method.seed}`,
      seed: method.seed,
      epoch: line.epoch,
      value: line[column],
    })),
  )
  const finite = points.filter(({ value }) => Number.isFinite(value))
  if (finite.length === 0) return []
  const models = [...new Set(finite.map((point) => point.model))]
  const alt = `${title} of ${model} on ${dataset.name} over ${Math.max(...finite.map(({ epoch }) => epoch))} epochs`
  return [{ title, svg: await curvesSvg(finite, { models }, title, alt) }]
}
