/**
 * Training over 10⁶ made items in the memory of a laptop: `sasrec` + `sce` on the rows that each step looks up, from the first
 * step to the lists of the test users, in a process of its own whose peak is printed; beside it what `ce` would take by formula.
 *
 *   npm run check:catalog [-- --items 1000000 --batch 128 --length 50 --steps 4]
 *
 * Fails where a step is not finite or where the process held more than 2 GB. It says nothing of quality.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { train } from '../../benchmarks/train.ts'
import type { Params } from '../../contracts.ts'
import ce from '../../losses/recommenders/ce.ts'
import { rng } from '../../math/rng.ts'
import { listSchema, makeDataset, userRows } from '../benchmarks/toy-datasets.ts'
import { testContext } from '../context.ts'

const LIMIT = 2e9
const WIDTH = 64

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    items: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '128' },
    length: { type: 'string', default: '50' },
    steps: { type: 'string', default: '4' },
  },
})
const [items, batch, length, steps] = [values.items, values.batch, values.length, values.steps].map(
  Number,
) as [number, number, number, number]

/** Users that walk at random; the last places stand for valid and test. */
async function makeLog(folder: string): Promise<void> {
  const rowsOf = (users: number, name: string) =>
    userRows(
      Array.from({ length: users }, (_, user) => {
        const stream = rng(1, name, user)
        return {
          user: user + 1,
          sequence: Int32Array.from({ length: length + 2 }, () => 1 + stream.integer(items)),
        }
      }),
    )
  await makeDataset(
    folder,
    { name: 'made', track: 'recommenders', schema: listSchema, facts: { items, users: batch * steps } },
    [
      ['train', rowsOf(batch * steps, 'train')],
      ['valid', rowsOf(8, 'valid')],
      ['test', rowsOf(8, 'test')],
    ],
  )
}

async function runOnce(folder: string): Promise<Params> {
  const request = {
    track: 'recommenders',
    model: { name: 'sasrec', dim: WIDTH },
    loss: 'sce',
    seed: 0,
    engine: { device: 'cpu', threads: 1 },
    budget: { epochs: 1, batch, length },
  }
  const facts = await train(request, { data: folder, out: join(folder, 'run') }, testContext(folder))
  return { ...facts, peak: process.resourceUsage().maxRSS * 1024 }
}

if (values.folder !== undefined) console.log(JSON.stringify(await runOnce(values.folder)))
else {
  const folder = await mkdtemp(join(tmpdir(), 'fieldrank-catalog-'))
  try {
    await makeLog(folder)
    const args = [...process.argv.slice(2), '--folder', folder]
    const file = fileURLToPath(import.meta.url)
    const child = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], { encoding: 'utf8' })
    if (child.status !== 0) throw new Error(child.stderr)
    const { peak, loss, steps: taken } = JSON.parse(child.stdout.trim().split('\n').at(-1)!)
    const predicted = ce.bytes!({}, { size: batch, length, width: WIDTH, items })
    console.log(
      `${items} items, batch ${batch} × ${length}, width ${WIDTH}: ${taken} steps of sce, loss ${loss}`,
    )
    console.log(
      `peak of the process ${gb(peak)}, at most ${gb(LIMIT)}; ce by formula ${gb(predicted)}, the loss alone`,
    )
    if (!(peak < LIMIT) || !Number.isFinite(loss)) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function gb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}
