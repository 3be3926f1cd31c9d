/** The picture of a track whose losses differ in memory: the metric that ranks over what each loss takes. */
import type { Standing } from './board.ts'
import { nameOf } from './charts.ts'
import { type Drawing, drawing } from './draw.ts'
import { qualitySvg } from './memory-charts.ts'
import { bytes, significant } from './numbers.ts'
import { headOf } from './table.ts'

/** Nothing where fewer than two methods have both. */
export async function drawMemory({ dataset, metrics, lines }: Standing): Promise<Drawing[]> {
  const [first] = metrics
  if (first === undefined) return []
  const found = lines.flatMap(({ model, loss, scores, spent }) => {
    const value = scores[first.name]?.value
    if (spent === undefined || value === undefined || !Number.isFinite(value)) return []
    return [{ model, loss, bytes: spent.lossBytes, value }]
  })
  if (found.length < 2) return []
  const models = new Set(found.map(({ model }) => model))
  const shared = models.size === 1 // a name that all have would tell nothing
  const points = found.map((one) => ({ ...one, name: shared ? one.loss : nameOf(one) }))
  const all = shared ? `, all with ${[...models][0]}` : ''
  const said = points.map((point) => `${point.name} ${significant(point.value, 3)} at ${bytes(point.bytes)}`)
  const alt = `${headOf(first)} over the memory of the loss${all}: ${said.join('; ')}`
  const caption = `${headOf(first)} over what the tensors of the loss alone take at once (loss memory in the table)${all}.`
  const svg = await qualitySvg(points, headOf(first), alt)
  return [drawing(dataset.name, 'Quality and memory', caption, [['memory', svg]])]
}
