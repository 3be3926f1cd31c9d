import assert from 'node:assert/strict'
import { drawMemory } from '../../reports/draw-memory.ts'
import { inlineSvg } from '../../reports/figures.ts'
import { memorySvg, timeSvg } from '../../reports/memory-charts.ts'
import { csv, markdownTable } from '../../reports/table.ts'
import { line, ndcg, score, standing } from './lines.ts'

const spent = (lossBytes: number, bestEpoch: number | null = 3) => ({
  lossBytes,
  epochSeconds: 12.34,
  bestEpoch,
})
const scored = (loss: string, value: number, bytes: number) =>
  line({ model: 'sasrec', loss, scores: { 'ndcg@10': score(value) }, spent: spent(bytes) })

describe('reports/draw-memory', () => {
  const lines = [scored('ce', 0.05, 2 ** 30), scored('sce', 0.06, 2 ** 24)]

  it('draws a point and a name for each method, and says them', async () => {
    const gru = line({
      model: 'gru4rec',
      loss: 'ce',
      scores: { 'ndcg@10': score(0.04) },
      spent: spent(2 ** 17),
    })
    for (const [rows, said, names] of [
      [lines, 'the memory of the loss, all with sasrec: ce 0\\.05', ['ce', 'sce']],
      [[...lines, gru], 'the memory of the loss: sasrec · ce 0\\.05', ['sasrec · ce', 'gru4rec · ce']],
    ] as const) {
      const [drawing, ...more] = await drawMemory(standing([...rows], { metrics: [ndcg] }))
      assert.equal(more.length, 0)
      const svg = drawing!.files.get(drawing!.figure.files[0]!)!
      assert.match(svg, new RegExp(`aria-label="ndcg@10 ↑ over ${said}`))
      for (const name of names) assert.ok(svg.includes(`>${name}<`), name)
      assert.equal(/>0\.1</.test(svg) && !/>100m</.test(svg), rows.length === 3) // a loss of 1/8 MiB is on the axis
      inlineSvg(svg, 'memory') // throws on what a page does not take
    }
  })

  it('draws nothing for one method, or where nobody knows the memory', async () => {
    assert.deepEqual(await drawMemory(standing(lines.slice(0, 1), { metrics: [ndcg] })), [])
    const unknown = lines.map(({ spent: _, ...rest }) => rest)
    assert.deepEqual(await drawMemory(standing(unknown, { metrics: [ndcg] })), [])
  })

  it('has columns for it, in Markdown and in CSV', () => {
    const table = markdownTable(standing(lines, { metrics: [ndcg] }))
    assert.match(table, /peak memory \| loss memory \| +epoch \| best epoch \|/)
    assert.match(table, /16 MiB/)
    const board = {
      track: 't',
      about: '',
      profile: 'p',
      asked: { stages: '', flags: '' },
      seed: 0,
      overall: null,
    }
    const [head, first] = csv({ ...board, standings: [standing(lines, { metrics: [ndcg] })] }).split('\n')
    assert.ok(head!.endsWith(',loss_bytes,epoch_seconds,best_epoch'), head)
    assert.ok(first!.endsWith(',1073741824,12.34,3'), first)
  })

  it('draws the curves of the bench, a loss without a formula too', async () => {
    const points = [1e3, 1e4].flatMap((items) => [
      { loss: 'ce', items, model: 8192 * items, counted: 8192 * items + 999 },
      { loss: 'rece', items, model: null, counted: 4096 * items },
    ])
    inlineSvg(await memorySvg(points, 'memory'), 'memory')
    inlineSvg(
      await timeSvg(
        points.map(({ loss, items }) => ({ series: loss, items, ms: items })),
        'time',
      ),
      'time',
    )
  })
})
