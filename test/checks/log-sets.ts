/** What check:logs sets of profile `small`: a cut of a real log and the made log of its fit, trained on alike. */
import type { Depth } from '../../benchmarks/made-logs/cut.ts'
import type { Settings } from '../../benchmarks/made-logs/fit.ts'

export interface Asked {
  cut: string // path of the real log's cut
  settings: Settings
  depth: Depth
  seed: number // of the made log: that of the fit, so that what is trained on is what was measured
  seeds: readonly number[] // of the trainings
  losses: string // 'ce,sce'
  epochs: string
  patience: string
}

export function setsOf({ cut, settings, depth, seed, seeds, losses, epochs, patience }: Asked): string[] {
  return [
    `seed=${seed}`,
    `catalog.source=[zipf, '${cut}']`,
    `catalog.size=${JSON.stringify(settings)}`,
    'catalog.strategy=[leave-one-out]',
    `catalog.core={ items: ${depth.items}, users: ${depth.users}, iterate: true }`,
    `train.recommenders.seed=[${seeds}]`,
    'train.recommenders.first={ model: sasrec, loss: ce, seed: 0 }',
    `train.recommenders.again=[${losses}]`,
    'train.recommenders.baseline=[popularity, markov, itemknn]',
    'train.recommenders.model=[{ name: sasrec, dim: 32, blocks: 1 }]',
    `train.recommenders.loss=[${losses}]`,
    `train.recommenders.budget={ epochs: ${epochs}, batch: 128, length: 32, patience: ${patience} }`,
  ]
}
