/**
 * A finished run whose models, losses, senders and devices are called as strangers please, and all that the pipeline makes of
 * it: the stages `leaderboard`, `card` and `report`, and the site.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset, Stage } from '../../../contracts.ts'
import { readSplit, writeManifest } from '../../../io/manifest.ts'
import { buildSite } from '../../../pipelines/site.ts'
import card from '../../../pipelines/stages/card.ts'
import leaderboard from '../../../pipelines/stages/leaderboard.ts'
import report from '../../../pipelines/stages/report.ts'
import { temporary } from '../../benchmarks/toy-datasets.ts'
import { testContext } from '../../context.ts'
import { fakeFields, fakeRun, nearly } from '../../reports/fixture.ts'

const NAME = 'cubic0.1_grid8'
const GRID = 8
export const CARD = `cards/datasets/operators/${NAME}`
export const SITE = 'site'

/** The folder of the profile. */
export async function boardOf(names: readonly string[]): Promise<string> {
  const root = join(await temporary(), 'tiny')
  const params = { distribution: 'cubic', grid: GRID }
  const made = { ...(await fakeFields(root, NAME, GRID)), params }
  const [about, license, cite] = [0, 1, 2].map((i) => names[i % names.length]!)
  const folder = join(root, 'datasets/operators', NAME)
  const dataset = { ...made, about: about!, license: license!, cite: cite! }
  await writeManifest(folder, dataset)
  for (const i of names.keys()) await runOf(root, dataset, names, i)
  const stage = { id: 'x', run: 'x', outs: [], device: 'cpu' } as const
  const context = testContext(root)
  await leaderboard({ ...stage, deps: [], params: { track: 'operators' } }, context)
  const deps = [`datasets/operators/${NAME}`]
  await card(
    { ...stage, deps, outs: [CARD], params: { card: 'operators' } } as Stage & { params: { card: string } },
    context,
  )
  await report({ ...stage, deps: [], params: {} }, context)
  await buildSite({ root, out: join(root, SITE), limit: 1e9, log: () => {} })
  return root
}

/** So many have curves, which take most of the time. */
const DRAWN = 4
const CURVE = [
  [1, 2],
  [0.5, 1],
] as const

/** Of run i, every word that a stranger may choose is another of `names`. */
async function runOf(root: string, dataset: Dataset, names: readonly string[], i: number): Promise<void> {
  const word = (step: number) => names[(i * step) % names.length]!
  const truth = await readSplit(join(root, 'datasets/operators', dataset.name), dataset, 'test', ['row', 'x'])
  const folder = await fakeRun(root, dataset, {
    ...{ model: `m${i}`, loss: 'none', by: word(5), device: word(11), predicted: nearly(truth, GRID, 0.01) },
    perRow: { 'relative-l2': [1 + i, 1.5 + i] },
    history: i < DRAWN ? CURVE : [],
  })
  const path = join(folder, 'run.json')
  const submission = JSON.parse(await readFile(path, 'utf8'))
  const method = { ...submission.method, model: names[i], loss: word(7), params: { [word(3)]: word(13) } }
  const said = { about: word(17), cite: word(19), made: { version: word(23) } }
  await writeFile(path, JSON.stringify({ ...submission, ...said, method }))
}
