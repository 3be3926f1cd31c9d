/**
 * What a loss costs: time and memory of its value and gradient alone, over the size of the catalog.
 *
 *   npm run bench:losses [-- --items 1000,10000,100000 --losses ce,cce,sce --size 32 --length 32 --json --out folder]
 *
 * States [s, l, 64] and items [N, 64] are the weights, so nothing but the loss is in the graph. `counted` is what its tensors take
 * at once (benchmarks/loss-bytes.ts), `by formula` what the analytic model of the loss says (`bytes` in its file). Every case runs
 * in a process of its own: `resident` is its peak beyond that of the same process with the same inputs and outputs, which has
 * the workspace of kernels in it and what the allocator keeps. CPU time, one thread, least of the steps after the first.
 * With --out, memory.svg, time.svg and losses.json are written there.
 */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { choose } from '../../benchmarks/choice.ts'
import { lossBytes } from '../../benchmarks/loss-bytes.ts'
import type { Loss, Recommenders } from '../../contracts.ts'
import { writeDurable } from '../../io/files.ts'
import { load, namesIn } from '../../io/lookup.ts'
import ceLoss from '../../losses/recommenders/ce.ts'
import { rng } from '../../math/rng.ts'
import { type MemoryPoint, memorySvg, timeSvg } from '../../reports/memory-charts.ts'
import { compileGradients, type LossOf } from '../../tensor/engine.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { HostTensor } from '../../tensor/types.ts'

const WIDTH = 64
const STEPS = 4
const ceBytes = ceLoss.bytes!

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
    out: { type: 'string' },
  },
})
async function report(): Promise<void> {
  const [size, length] = [Number(values.size), Number(values.length)]
  console.log(
    `${cpus()[0]?.model}, one thread; batch ${size} × ${length}, width ${WIDTH}; defaults of each loss`,
  )
  console.log('loss           items      ms   of ce   MB counted  by formula  counted/formula   MB resident')
  const lines: Line[] = []
  for (const items of values.items.split(',').map(Number)) {
    const at = { items, size, length }
    const empty = run({ loss: 'nothing', ...at })
    const ce = isTooLarge(at) ? null : run({ loss: 'ce', ...at })
    for (const loss of values.losses.split(',')) {
      if (loss === 'ce' && ce === null) continue
      const { ms, peak } = loss === 'ce' ? ce! : run({ loss, ...at })
      const { model, counted } = await bytesOf({ loss, ...at })
      const line = {
        loss,
        items,
        ms,
        ratio: ce && ms / ce.ms,
        model,
        counted,
        resident: Math.max(0, peak - empty.peak),
      }
      lines.push(line)
      print(line)
    }
  }
  if (values.json) console.log(JSON.stringify(lines))
  if (values.out !== undefined) await draw(values.out, lines)
}

interface Line extends MemoryPoint {
  ms: number
  ratio: number | null // to ce
  resident: number
}

function print({ loss, items, ms, ratio, model, counted, resident }: Line): void {
  const share = model === null ? '—' : (counted / model).toFixed(2)
  console.log(
    `${loss.padEnd(12)} ${String(items).padStart(7)} ${ms.toFixed(0).padStart(7)} ${(ratio?.toFixed(2) ?? '—').padStart(7)} ` +
      `${mb(counted).padStart(12)} ${mb(model).padStart(11)} ${share.padStart(16)} ${mb(resident).padStart(13)}`,
  )
}

function mb(count: number | null): string {
  return count === null ? '—' : (count / 2 ** 20).toFixed(1)
}

/** `ce` beyond 2 GB by its formula is left out: 10⁵ items at 1024 positions are 0.8 GB. */
function isTooLarge({ items, size, length }: Omit<Case, 'loss'>): boolean {
  return ceBytes({}, { items, size, length, width: WIDTH }) > 2 ** 31
}

/** Bytes by the formula of the loss, and as counted on its graph. */
async function bytesOf({ loss: name, ...at }: Case): Promise<{ model: number | null; counted: number }> {
  const chosen = await choose<Loss>('loss', 'losses/recommenders', name)
  const sizes = { ...at, width: WIDTH }
  return { model: chosen.entry.bytes?.(chosen.params, sizes) ?? null, counted: lossBytes(chosen, sizes) }
}

async function draw(folder: string, lines: readonly Line[]): Promise<void> {
  const alt = lines
    .map(({ loss, items, counted }) => `${loss} at ${items} items ${mb(counted)} MB`)
    .join('; ')
  await writeDurable(join(folder, 'memory.svg'), await memorySvg(lines, `Memory over items: ${alt}`))
  const times = lines.map(({ loss, items, ms }) => ({ series: loss, items, ms }))
  await writeDurable(join(folder, 'time.svg'), await timeSvg(times, 'Time of value and gradient over items'))
  await writeDurable(join(folder, 'losses.json'), `${JSON.stringify(lines, null, 2)}\n`)
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
else await report()
