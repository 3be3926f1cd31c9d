/**
 * The acceptance tests (a) to (g) of made logs against a real one, training included: npm run check:logs -- <log> [options]
 *
 *   --losses ce,ce-sampled,sce,rece,gbce   what is trained; ce must be among them
 *   --seeds 5  --epochs 120  --patience 20  of every loss alike
 *   --users 12000  --tries 60               of the fit (fieldrank fit-log)
 *   --data data/check-logs                  kept: a second call trains what is missing
 *
 * The real log is cut as fit-log cuts it and a made one of its fitted params stands beside it; both go through `fieldrank run`
 * with a small sasrec. With the defaults 50 trainings: hours. Exit code 1 when a test fails. gbce and bce need many more epochs
 * than ce, so a short patience would decide for them.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { acceptanceOf } from '../../benchmarks/made-logs/acceptance.ts'
import { compareLog, REFERENCE, referenceHash } from '../../pipelines/fit-log.ts'
import { type Scores, trainedClaims } from './log-claims.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    losses: { type: 'string', default: 'ce,ce-sampled,sce,rece,gbce' },
    seeds: { type: 'string', default: '5' },
    epochs: { type: 'string', default: '120' },
    patience: { type: 'string', default: '20' },
    users: { type: 'string', default: '12000' },
    tries: { type: 'string', default: '60' },
    data: { type: 'string', default: 'data/check-logs' },
  },
})
const [log] = positionals
if (log === undefined) throw new Error('check:logs: name a log')
const { signal } = new AbortController()
const options = { users: Number(values.users), asked: 3000, tries: Number(values.tries), seed: 0 }
const found = await compareLog(resolve(log), options, signal, () => {})
const { shape, settings } = found.fitted

mkdirSync(values.data, { recursive: true })
const cut = resolve(values.data, 'real-cut.txt')
const lists = found.log.sequences.map((events, user) => [
  `u${user}`,
  ...Array.from(events, (item) => `i${item}`),
])
writeFileSync(cut, lists.map((words) => `${words.join(' ')}\n`).join(''))

const core = `{ items: ${found.depth.items}, users: ${found.depth.users}, iterate: true }`
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
const set = [
  `catalog.source=[zipf, '${cut}']`,
  `catalog.size=${JSON.stringify(settings)}`,
  'catalog.strategy=[leave-one-out]',
  `catalog.core=${core}`,
  `train.recommenders.seed=[${seeds}]`,
  'train.recommenders.first={ model: sasrec, loss: ce, seed: 0 }',
  `train.recommenders.again=[${values.losses}]`,
  'train.recommenders.baseline=[popularity, markov, itemknn]',
  'train.recommenders.model=[{ name: sasrec, dim: 32, blocks: 1 }]',
  `train.recommenders.loss=[${values.losses}]`,
  `train.recommenders.budget={ epochs: ${values.epochs}, batch: 128, length: 32, patience: ${values.patience} }`,
]
const command = [
  'dist/cli/main.js',
  'run',
  'leaderboard@recommenders',
  '--profile',
  'small',
  '--data',
  values.data,
]
execFileSync(process.execPath, [...command, ...set.flatMap((one) => ['--set', one])], { stdio: 'inherit' })

const bytes = { found: await referenceHash(signal), expected: REFERENCE }
const findings = [
  ...acceptanceOf(shape, found.real, bytes),
  ...trainedClaims(scoresIn('zipf_leave-one-out'), scoresIn('real-cut_leave-one-out'), 'sasrec'),
]
const word = { true: 'pass', false: 'FAIL', null: 'none' }
console.log('')
for (const { test, says, passes, because } of findings)
  console.log(`(${test}) ${word[`${passes}`]}  ${says}\n          ${because}`)
process.exitCode = findings.some(({ passes }) => passes === false) ? 1 : 0

/** NDCG@10 by method, seeds ascending. */
function scoresIn(dataset: string): Scores {
  const folder = join(values.data, 'small', 'scores', 'recommenders', dataset)
  const scores: Record<string, number[]> = {}
  const runs = readdirSync(folder).map((name) => [name, Number(name.split('_').at(-1))] as const)
  for (const [name, seed] of runs.sort((a, b) => a[1] - b[1])) {
    const file = join(folder, name, 'scores.json')
    if (!existsSync(file) || (seed > 0 && !seeds.includes(seed))) continue
    const method = name.slice(0, name.lastIndexOf('_'))
    const { value } = JSON.parse(readFileSync(file, 'utf8')).scores['ndcg@10']
    scores[method] = [...(scores[method] ?? []), value]
  }
  return scores
}
