import assert from 'node:assert/strict'
import type { Score } from '../../contracts.ts'
import { linesOf, methodsOf, type Place, type Run, rankableOf } from '../../reports/board.ts'
import { ndcg, relativeL2 } from './lines.ts'

interface Fake {
  model: string
  loss: string
  seed?: number
  perRow?: Record<string, number[]>
  scores?: Record<string, Score> | null
  peakBytes?: number | null
  trainSeconds?: number
  parameters?: number
}

function run({
  model,
  loss,
  seed = 0,
  perRow = {},
  scores = {},
  peakBytes = 1,
  trainSeconds = 1,
  parameters = 10,
}: Fake): Run {
  const cost = { trainSeconds, predictSeconds: 1, peakBytes, device: 'cpu', threads: 1, date: '' }
  return {
    name: `${model}_${loss}_${seed}`,
    submission: {
      about: `${model} seed ${seed}`,
      track: 'operators',
      dataset: { name: 'd', version: '1' },
      method: { model, loss, params: {}, seed, parameters },
      predictions: { path: 'p', sha256: '', bytes: 0 },
      by: { name: 'us' },
      made: { version: '0.1.0' },
    },
    cost,
    history: [],
    scores,
    ids: Int32Array.of(0, 1),
    perRow: Object.fromEntries(
      Object.entries(perRow).map(([name, values]) => [name, Float64Array.from(values)]),
    ),
  }
}

const place = (rank: number, low: number, high: number): Place => ({
  rank,
  range: [low, high],
  groups: [0],
  behind: null,
  pairs: {},
})

describe('reports/board', () => {
  it('is every model with every loss that it meets anywhere in the track, here or not', () => {
    const here = [run({ model: 'fno', loss: 'energy' })]
    const track = [
      ...here,
      run({ model: 'unet', loss: 'relative-l2' }),
      run({ model: 'popularity', loss: 'none' }),
    ]
    const found = methodsOf(here, track).map(({ model, loss, runs }) => `${model} ${loss} ${runs.length}`)
    assert.deepEqual(found.sort(), ['fno energy 1', 'popularity none 0', 'unet relative-l2 0'])
  })

  it('averages seeds row by row, then takes mean and error over the rows', () => {
    const seeds = [
      run({
        model: 'fno',
        loss: 'a',
        seed: 0,
        perRow: { 'relative-l2': [1, 3] },
        scores: {
          'relative-l2': { value: 2, stderr: 1, rows: 2 },
          whole: { value: 0.2, stderr: null, rows: 2 },
        },
        peakBytes: 5,
        trainSeconds: 10,
      }),
      run({
        model: 'fno',
        loss: 'a',
        seed: 1,
        perRow: { 'relative-l2': [3, 9] },
        scores: {
          'relative-l2': { value: 6, stderr: 3, rows: 2 },
          whole: { value: 0.4, stderr: null, rows: 2 },
        },
        peakBytes: 7,
        trainSeconds: 20,
      }),
    ]
    const [method] = methodsOf(seeds, seeds)
    assert.deepEqual([...method!.perRow['relative-l2']!], [2, 6])
    // mean 4; s² = ((2 − 4)² + (6 − 4)²) / 1 = 8; s / √2 = 2
    // rows 2 and 6: the 95 % point lies 0.95 of the way between them
    assert.deepEqual(method!.scores['relative-l2'], { value: 4, stderr: 2, rows: 2, median: 4, p95: 5.8 })
    assert.deepEqual(method!.scores.whole, { value: (0.2 + 0.4) / 2, stderr: null, rows: 2 })
    const [line] = linesOf([method!], relativeL2, [place(1, 1, 1)])
    assert.deepEqual([line!.seeds, line!.peakBytes, line!.trainSeconds], [[0, 1], 7, 15])
  })

  it('leaves one seed as it was scored', () => {
    const scores = { 'relative-l2': { value: 2, stderr: 0.123, rows: 2 } }
    const one = run({ model: 'fno', loss: 'a', perRow: { 'relative-l2': [1, 3] }, scores })
    assert.equal(methodsOf([one], [one])[0]!.scores, scores)
  })

  it('tells no weights of a method whose run counts none', () => {
    const runs = [run({ model: 'net', loss: 'a' }), run({ model: 'fit', loss: 'none', parameters: 0 })]
    const methods = methodsOf(runs, runs)
    const lines = linesOf(methods, relativeL2, []) // without scores nothing is ranked
    assert.deepEqual(Object.fromEntries(lines.map(({ model, parameters }) => [model, parameters])), {
      net: 10,
      fit: null,
    })
  })

  it('puts the ranked first, the better mean first within a rank, the missing last by name', () => {
    const value = (value: number) => ({ 'relative-l2': { value, stderr: null, rows: 2 } })
    const runs = [
      run({ model: 'z', loss: 'a', scores: value(3), perRow: { 'relative-l2': [3, 3] } }),
      run({ model: 'y', loss: 'b', scores: value(2), perRow: { 'relative-l2': [2, 2] } }),
      run({ model: 'x', loss: 'a', scores: value(1), perRow: { 'relative-l2': [1, 1] } }),
      run({ model: 'w', loss: 'a', scores: null }),
    ]
    const methods = methodsOf(runs, runs)
    assert.deepEqual(
      rankableOf(methods, relativeL2)
        .map(({ model }) => model)
        .sort(),
      ['x', 'y', 'z'],
    )
    const places = {
      x: { rank: 1, range: [1, 2] },
      y: { rank: 1, range: [1, 2] },
      z: { rank: 3, range: [3, 3] },
    }
    const ranked = rankableOf(methods, relativeL2).map(({ model }) => places[model as 'x']) as never
    const lines = linesOf(methods, relativeL2, ranked)
    assert.deepEqual(
      lines.map(({ rank, model, loss }) => `${rank} ${model} ${loss}`),
      ['1 x a', '1 y b', '3 z a', 'null w a'],
    )
    assert.deepEqual(lines[0]!.range, [1, 2])
  })

  it('orders by the larger value where larger is better', () => {
    const scores = (value: number) => ({ 'ndcg@10': { value, stderr: null, rows: 2 } })
    const runs = [0.1, 0.3, 0.2].map((value, i) =>
      run({ model: `m${i}`, loss: 'none', scores: scores(value), perRow: { 'ndcg@10': [value, value] } }),
    )
    const methods = methodsOf(runs, runs)
    const lines = linesOf(
      methods,
      ndcg,
      methods.map(() => place(1, 1, 3)),
    )
    assert.deepEqual(
      lines.map(({ model }) => model),
      ['m1', 'm2', 'm0'],
    )
  })
})
