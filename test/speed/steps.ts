/**
 * A whole training step of `sasrec` over the size of the catalog: `ce` and `sce` on the whole item table, `sce` on the rows that
 * it looks up (`rows: sparse`). Forward, gradient and Adam, one thread.
 *
 *   npm run bench:steps [-- --items 1000,10000,100000,1000000 --size 32 --length 32 --rounds 5 --out folder]
 *
 * The cases take turns, so that what else the machine does meets them alike; CPU time, the least of the rounds. A dense case
 * beyond 2·10⁵ items is left out: that is what rows are for. With --out, steps.svg and steps.json are written there.
 */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openBudget } from '../../benchmarks/budget.ts'
import { choose } from '../../benchmarks/choice.ts'
import { type Network, openNetwork } from '../../benchmarks/network.ts'
import { MANY } from '../../benchmarks/rows.ts'
import { openSparseNetwork } from '../../benchmarks/sparse-network.ts'
import type { Loss, Model } from '../../contracts.ts'
import { writeDurable } from '../../io/files.ts'
import { rng } from '../../math/rng.ts'
import { timeSvg } from '../../reports/memory-charts.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { HostTensor } from '../../tensor/types.ts'

const CASES = [
  { series: 'ce', loss: 'ce', open: openNetwork },
  { series: 'sce', loss: 'sce', open: openNetwork },
  { series: 'sce on rows', loss: 'sce', open: openSparseNetwork },
] as const

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '1000,10000,100000,1000000' },
    size: { type: 'string', default: '32' },
    length: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
})
const [size, length, rounds] = [Number(values.size), Number(values.length), Number(values.rounds)]
const declared = { shape: [size, length], dtype: 'int32' as const }

async function open({ loss, open: kind }: (typeof CASES)[number], items: number): Promise<Network> {
  const chosen = {
    model: await choose<Model>('model', 'models/recommenders', 'sasrec'),
    loss: await choose<Loss>('loss', 'losses/recommenders', loss),
  }
  const batch = {
    facts: { items, length },
    shapes: { input: { history: declared }, target: declared },
  }
  const { budget } = openBudget('recommenders', {}, {})
  return kind(chosen, batch, budget, { device: 'cpu', threads: 1 }, (weight) => rng(1, weight))
}

/** Milliseconds of CPU; what is drawn for the step is drawn before. */
async function timed({ step }: Network, items: number, round: number): Promise<number> {
  const ids = (name: string): HostTensor => {
    const drawn = drawNoise([size, length], { integer: items }, rng(2, name, round))
    return { ...drawn, data: drawn.data.map((id) => id + 1) as Int32Array }
  }
  const feeds = { history: ids('history'), target: ids('target') }
  const noise = step.noise.map(({ name, shape, law }) => [name, drawNoise(shape, law, rng(3, name, round))])
  const before = process.cpuUsage()
  await step.run(feeds, Object.fromEntries(noise), 1e-3)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

console.log(
  `${cpus()[0]?.model}, one thread; sasrec, batch ${size} × ${length}, width 64; least of ${rounds} steps`,
)
console.log('step            items       ms   ce / this')
const points: { series: string; items: number; ms: number }[] = []
for (const items of values.items.split(',').map(Number)) {
  const cases = CASES.filter(({ open: kind }) => kind === openSparseNetwork || items <= MANY)
  const networks: Network[] = []
  for (const one of cases) networks.push(await open(one, items))
  const least = networks.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round <= rounds; round++)
    for (const [i, network] of networks.entries()) {
      const ms = await timed(network, items, round)
      if (round > 0) least[i] = Math.min(least[i]!, ms) // the first step opens what is opened late
    }
  for (const [i, { series }] of cases.entries()) {
    const ratio = cases[0]!.series === 'ce' ? (least[0]! / least[i]!).toFixed(1) : '—'
    points.push({ series, items, ms: least[i]! })
    console.log(
      `${series.padEnd(12)} ${String(items).padStart(8)} ${least[i]!.toFixed(0).padStart(8)} ${ratio.padStart(10)}`,
    )
  }
  for (const network of networks) await network.dispose()
}
if (values.out !== undefined) {
  const said = points
    .map(({ series, items, ms }) => `${series} at ${items} items ${ms.toFixed(0)} ms`)
    .join('; ')
  await writeDurable(join(values.out, 'steps.svg'), await timeSvg(points, `Time of a training step: ${said}`))
  await writeDurable(join(values.out, 'steps.json'), `${JSON.stringify(points, null, 2)}\n`)
}
