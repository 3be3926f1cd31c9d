/**
 * The acceptance tests (a) to (g) of made logs against a real one, training included: npm run check:logs -- <log> [options]
 *
 *   --losses ce,ce-sampled,sce,rece,gbce   what is trained; ce must be among them
 *   --seeds 5  --epochs 120  --patience 20  of every loss alike
 *   --users 12000  --asked 3000  --tries 60  --unit s   of the fit (fieldrank fit-log)
 *   --seed 0                                of the cut, of the made logs, and of the one that is trained on: (a) to (g) judge one log
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
import { UNITS, type Unit } from '../../benchmarks/made-logs/unit.ts'
import { compareLog, referenceBytes } from '../../pipelines/fit-log.ts'
import { type Scores, trainedClaims } from './log-claims.ts'
import { setsOf } from './log-sets.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    losses: { type: 'string', default: 'ce,ce-sampled,sce,rece,gbce' },
    seeds: { type: 'string', default: '5' },
    epochs: { type: 'string', default: '120' },
    patience: { type: 'string', default: '20' },
    users: { type: 'string', default: '12000' },
    asked: { type: 'string', default: '3000' },
    tries: { type: 'string', default: '60' },
    seed: { type: 'string', default: '0' },
    unit: { type: 'string' },
    data: { type: 'string', default: 'data/check-logs' },
  },
})
const [log] = positionals
if (log === undefined) throw new Error('check:logs: name a log')
const unit = (values.unit ?? null) as Unit | null
if (unit !== null && !Object.hasOwn(UNITS, unit)) throw new Error(`check:logs: no unit ${unit}`)
const { signal } = new AbortController()
const number = (name: 'users' | 'asked' | 'tries' | 'seed') => Number(values[name])
const seed = number('seed')
const options = { users: number('users'), asked: number('asked'), tries: number('tries'), seed, unit }
const found = await compareLog(resolve(log), options, signal, () => {})
const { shape, settings } = found.fitted

mkdirSync(values.data, { recursive: true })
const cut = resolve(values.data, 'real-cut.txt')
const lists = found.log.sequences.map((events, user) => [
  `u${user}`,
  ...Array.from(events, (item) => `i${item}`),
])
writeFileSync(cut, lists.map((words) => `${words.join(' ')}\n`).join(''))

const seeds = Array.from({ length: Number(values.seeds) }, (_, n) => n)
const { losses, epochs, patience } = values
const set = setsOf({ cut, settings, depth: found.depth, seed, seeds, losses, epochs, patience })
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

const findings = [
  ...acceptanceOf(shape, found.real, await referenceBytes(signal)),
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
  for (const [name, trained] of runs.sort((a, b) => a[1] - b[1])) {
    const file = join(folder, name, 'scores.json')
    if (!existsSync(file) || (trained > 0 && !seeds.includes(trained))) continue
    const method = name.slice(0, name.lastIndexOf('_'))
    const { value } = JSON.parse(readFileSync(file, 'utf8')).scores['ndcg@10']
    scores[method] = [...(scores[method] ?? []), value]
  }
  return scores
}
