/** Rows and tables written by hand, for the tests of what is printed. */
import type { Line, MetricFacts, Standing } from '../../reports/board.ts'

export const relativeL2: MetricFacts = {
  name: 'relative-l2',
  about: '‖x̂ − x‖ / ‖x‖',
  unit: '1',
  better: 'lower',
}
export const ndcg: MetricFacts = { name: 'ndcg@10', about: 'gain', unit: '1', better: 'higher' }

/** A finished run, but for what is said otherwise. */
export function line(said: Partial<Line>): Line {
  return {
    rank: 1,
    range: [1, 1],
    groups: [0],
    behind: null,
    pairs: {},
    model: 'fno',
    loss: 'relative-l2',
    seeds: [0],
    runs: ['fno_relative-l2_0'],
    scores: {},
    intervals: {},
    parameters: 1_234_567,
    trainSeconds: 310.4,
    predictSeconds: 0.5,
    peakBytes: 512 * 2 ** 20,
    pareto: { time: null, memory: null },
    device: 'cpu',
    threads: 2,
    by: { name: 'fieldrank' },
    about: ['fno trained with relative-l2'],
    cite: null,
    version: '0.1.0',
    ...said,
  }
}

/** A row of the product whose run is missing. */
export function missing(model: string, loss: string): Line {
  const nothing = {
    parameters: null,
    trainSeconds: null,
    predictSeconds: null,
    peakBytes: null,
    device: null,
  }
  const nobody = { threads: null, by: null, about: [], version: null }
  return line({
    rank: null,
    range: null,
    groups: [],
    model,
    loss,
    seeds: [],
    runs: [],
    ...nothing,
    ...nobody,
  })
}

export function standing(lines: readonly Line[], said: Partial<Standing> = {}): Standing {
  const dataset = {
    name: 'gaussian0.4_grid16',
    version: '1.0.0',
    about: 'Fields',
    license: 'CC-BY-4.0',
    made: false,
  }
  return { dataset, rows: 32, metrics: [relativeL2], resolution: null, lines, notes: [], ...said }
}

export function score(value: number, stderr: number | null = null, rows = 32) {
  return { value, stderr, rows }
}
