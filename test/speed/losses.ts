/**
 * What a loss costs: time and memory of its value and gradient alone, over the size of the catalog.
 *
 *   npm run bench:losses [-- --items 1000,10000,100000 --losses ce,cce,sce --size 32 --length 32 --json]
 *
 * States [s, l, 64] and items [N, 64] are the weights, so nothing but the loss is in the graph. Every case is a process of its
 * own: `bytes` is its peak resident memory beyond that of the same process holding the same inputs and outputs, `model` is what
 * a formula says the loss must hold (FORMULAS below, bytes). CPU time, one thread, least of the steps after the first.
 */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Loss, Recommenders } from '../../contracts.ts'
import { load, namesIn } from '../../io/lookup.ts'
import sce, { sizesOf } from '../../losses/recommenders/sce.ts'
import { rng } from '../../math/rng.ts'
import { compileGradients, type LossOf } from '../../tensor/engine.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { HostTensor } from '../../tensor/types.ts'

const WIDTH = 64
const STEPS = 4

interface Case {
  loss: string // or 'nothing': the sum of the inputs
  items: number
  size: number
  length: number
}
interface Found {
  ms: number
  peak: number
}

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    items: { type: 'string', default: '1000,10000,100000' },
    losses: { type: 'string', default: namesIn('losses/recommenders').join(',') },
    size: { type: 'string', default: '32' },
    length: { type: 'string', default: '32' },
    json: { type: 'boolean', default: false },
  },
})
function report(): void {
  const [size, length] = [Number(values.size), Number(values.length)]
  console.log(
    `${cpus()[0]?.model}, one thread; batch ${size} × ${length}, width ${WIDTH}; defaults of each loss`,
  )
  console.log('loss           items      ms   of ce   MB of the loss   by formula')
  const lines: object[] = []
  for (const items of values.items.split(',').map(Number)) {
    const empty = run({ loss: 'nothing', items, size, length })
    const ce = run({ loss: 'ce', items, size, length })
    for (const loss of values.losses.split(',')) {
      const { ms, peak } = loss === 'ce' ? ce : run({ loss, items, size, length })
      const bytes = Math.max(0, peak - empty.peak)
      const model = FORMULAS[loss]?.({ loss, items, size, length }) ?? null
      lines.push({ loss, items, ms, ratio: ms / ce.ms, bytes, model })
      const mb = (count: number | null) => (count === null ? '—' : (count / 2 ** 20).toFixed(1)).padStart(12)
      console.log(
        `${loss.padEnd(12)} ${String(items).padStart(7)} ${ms.toFixed(0).padStart(7)} ${(ms / ce.ms).toFixed(2).padStart(7)} ` +
          `    ${mb(bytes)} ${mb(model)}`,
      )
    }
  }
  if (values.json) console.log(JSON.stringify(lines))
}

/** Bytes that must exist at once, from the definition of each loss (float32). S = s l positions. */
const FORMULAS: Record<string, (at: Case) => number> = {
  ce: ({ size, length, items }) => 4 * 2 * size * length * items, // logits, and their gradient
  cce: ({ size, length }) => 4 * 2 * size * length * 1024,
  sce: ({ size, length, items }) => {
    const { buckets, positions, items: block } = sizesOf(sce.defaults, { size, length, catalog: items })
    const projections = Math.max(buckets * size * length, buckets * items)
    return (
      4 * Math.max(projections, buckets * positions * (block + 1) + buckets * (positions + block) * WIDTH)
    )
  },
}

function run(at: Case): Found {
  const file = fileURLToPath(import.meta.url)
  const child = spawnSync(process.execPath, ['--import', 'tsx', file, '--case', JSON.stringify(at)], {
    encoding: 'utf8',
  })
  if (child.status !== 0) throw new Error(`${JSON.stringify(at)}: ${child.stderr}`)
  return JSON.parse(child.stdout.trim().split('\n').at(-1)!) as Found
}

async function measure({ loss: name, items, size, length }: Case): Promise<Found> {
  const loss = name === 'nothing' ? null : await load<Loss<Recommenders>>('loss', 'losses/recommenders', name)
  const random = (shape: number[], stream: string): HostTensor => {
    const drawn = drawNoise(shape, 'normal', rng(1, stream))
    return { ...drawn, data: drawn.data.map((value) => value / 8) as Float32Array }
  }
  const weights = new Map([
    ['states', random([size, length, WIDTH], 'states')],
    ['items', random([items, WIDTH], 'items')],
  ])
  const ids = drawNoise([size, length], { integer: items }, rng(1, 'ids'))
  const feed = { ...ids, data: ids.data.map((id) => id + 1) as Int32Array }
  const lossOf: LossOf = (init, { history, target }, noise) => {
    const output = {
      states: init.weight('states', [size, length, WIDTH]),
      catalog: init.weight('items', [items, WIDTH]),
    }
    if (loss === null) return output.states.sum().add(output.catalog.sum()).asScalar()
    return loss.value(output, { input: { history: history! }, target: target! }, loss.defaults, noise)
  }
  const feeds = { history: feed, target: feed }
  const step = await compileGradients({ weights, feeds, loss: lossOf }, { device: 'cpu', threads: 1 })
  const times: number[] = []
  for (let n = 0; n < STEPS; n++) {
    const noise = step.noise.map(({ name, shape, law }) => [name, drawNoise(shape, law, rng(2, name, n))])
    const before = process.cpuUsage()
    await step.run(feeds, Object.fromEntries(noise))
    const { user, system } = process.cpuUsage(before)
    if (n > 0) times.push((user + system) / 1000)
  }
  await step.dispose()
  return { ms: Math.min(...times), peak: process.resourceUsage().maxRSS * 1024 }
}

if (values.case !== undefined) console.log(JSON.stringify(await measure(JSON.parse(values.case) as Case)))
else report()
