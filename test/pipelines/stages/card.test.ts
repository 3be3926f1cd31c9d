/** Cards of real datasets, made by the stages that come before: what a card says is held against the files. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Params } from '../../../contracts.ts'
import { openDuckdb } from '../../../io/duckdb.ts'
import { hashTree, listFiles } from '../../../io/files.ts'
import { readManifest, readSplit } from '../../../io/manifest.ts'
import { openLock } from '../../../pipelines/lock.ts'
import card from '../../../pipelines/stages/card.ts'
import fields from '../../../pipelines/stages/fields.ts'
import interactions from '../../../pipelines/stages/interactions.ts'
import solve from '../../../pipelines/stages/solve.ts'
import split from '../../../pipelines/stages/split.ts'
import { testContext } from '../../context.ts'

const FIELDS = 'datasets/operators/cubic1.0_grid6'
const POISSON = 'datasets/operators/poisson_grid6'
const PHASES = 'datasets/operators/phases_grid6'
const LAYERS = 'datasets/operators/layers_grid6'
const LENGTHS = 'datasets/operators/lengths_grid6'
const LAST = 'datasets/recommenders/zipf_leave-one-out'
const TIMES = 'datasets/recommenders/zipf_temporal'
const ROLLS = 'datasets/recommenders/zipf_rolling-1'

describe('stage card', function () {
  this.timeout(120_000)
  let root = ''
  const stage = (run: string, dep: string, out: string) => ({
    id: run,
    run,
    deps: [dep],
    outs: [out],
    device: 'cpu' as const,
  })
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'fieldrank-card-'))
    const ctx = testContext(root)
    const rows = { train: 6, valid: 2, test: 4, perShard: 3 }
    const laws: [string, Params][] = [
      [FIELDS, { generator: 'condiff', covariance: 'cubic', variance: 1, contrast: [2, 60], grid: 6 }],
      [POISSON, { generator: 'poisson', grid: 6 }],
      [
        PHASES,
        {
          generator: 'condiff',
          medium: 'two-phase',
          covariance: 'exponential',
          jump: 100,
          level: 0.5,
          grid: 6,
        },
      ],
      [LAYERS, { generator: 'condiff', medium: 'layered', layers: 3, jump: 50, grid: 6 }],
      [LENGTHS, { generator: 'condiff', lengths: [0.2, 0.1], grid: 6 }],
    ]
    for (const [out, law] of laws) {
      const name = `fields/${out.split('/')[2]}`
      const params = { ...law, generator: law.generator as string, rows }
      await fields({ ...stage('fields', '', name), params }, testContext(root))
      await solve(
        { ...stage('solve', name, out), params: { solver: 'cholesky', tolerance: 1e-10 } },
        testContext(root),
      )
    }
    await interactions(
      {
        ...stage('interactions', '', 'interactions/zipf'),
        params: { source: 'zipf', size: { users: 80, items: 40 } },
      },
      ctx,
    )
    for (const out of [LAST, TIMES, ROLLS]) {
      const params = {
        strategy: out.split('_')[1]!,
        quantile: 0.8,
        core: { items: 2, users: 3, iterate: true },
      }
      await split({ ...stage('split', 'interactions/zipf', out), params }, testContext(root))
    }
  })
  after(() => rm(root, { recursive: true, force: true }))

  async function make(dataset: string, out = 'cards') {
    const kind = dataset.split('/')[1]!
    const folder = join(out, dataset.split('/')[2]!)
    const facts = await card({ ...stage('card', dataset, folder), params: { card: kind } }, testContext(root))
    const read = (name: string) => readFile(join(root, folder, name), 'utf8')
    return {
      facts,
      folder,
      md: await read('card.md'),
      page: await read('card.html'),
      json: JSON.parse(await read('card.json')),
    }
  }

  it('says of fields what their files hold', async () => {
    const { md, page, facts } = await make(FIELDS)
    const dataset = await readManifest(join(root, FIELDS))
    const { rows, rejectedDraws } = dataset.facts as { rows: number; rejectedDraws: number }
    assert.deepEqual(facts.pictures, 10) // three of each of the first three rows, and the contrast
    assert.match(md, /^# cubic1\.0_grid6\n/)
    assert.match(md, /−div\(k\(s\) ∇u\(s\)\) = f\(s\)/)
    assert.match(md, /covariance cubic, variance 1, length 0\.05.*1 − 7r² \+ 8\.75r³/)
    assert.match(md, /\| train \| 6 \| 2 \| 0\.\d+ \|\n\| valid \| 2 \| 1 \|.*\n\| test \| 4 \| 2 \|/)
    assert.match(md, /contrast lies in \\\[2, 60\\\]\. Acceptance rate: /)
    assert.ok(md.includes(`(${rows} rows from ${rows + rejectedDraws} transforms;`))
    const contrasts = (await readSplit(join(root, FIELDS), dataset, 'test', ['contrast'])).data
      .contrast as Float64Array
    assert.ok(contrasts.every((value) => value >= 2 && value <= 60))
    for (const column of ['residual', 'algebraic', 'majorant'])
      assert.match(md, new RegExp(`\\| ${column} \\| [\\d.e-]+ \\|`))
    assert.match(md, /> \*\*Take care\.\*\* .*p = i \+ n j.*--as-published/)
    assert.match(
      md,
      /What is interesting and challenging about the data\n\n- Within a row the coefficient spans/,
    )
    assert.match(md, /seed \| 42/)
    assert.equal(page.match(/<svg /g)?.length, 10)
  })

  it('has no coefficient and no contrast to show where k is 1', async () => {
    const { md, facts } = await make(POISSON)
    assert.equal(facts.pictures, 6)
    assert.match(md, /k = 1: Poisson problems\./)
    assert.match(md, /the contrast is 1, and nothing is rejected/)
    assert.doesNotMatch(md, /log₁₀ k/)
  })

  it('says of k what law it has, also where it is not the exponential of a field', async () => {
    const phases = (await make(PHASES)).md
    assert.match(
      phases,
      /k = 100 where φ &gt; 0\.5, else 1, φ a Gaussian random field of mean 0, covariance exponential, variance 1, length 0\.05,/,
    )
    assert.match(phases, /k jumps between neighboring cells, by a factor of up to 100,/)
    const layers = (await make(LAYERS)).md
    assert.match(
      layers,
      /k depends on its first index alone: 3 layers .* k log-uniform between 1 and 50 in each\./,
    )
    for (const text of [phases, layers]) assert.doesNotMatch(text, /k = exp\(φ\)/)
    assert.match(
      (await make(LENGTHS)).md,
      /k = exp\(φ\), .* variance 0\.4, lengths 0\.2 along the first index of k and 0\.1 along the second, .* r = √\(\(dᵢ \/ first\)² \+ \(dⱼ \/ second\)²\)\./,
    )
  })

  it('says of logs where they are from, how they were filtered and split, and what was checked', async () => {
    const last = (await make(LAST)).md
    assert.match(last, /A made log: the generator zipf drew it/)
    assert.equal(last.match(/\. A made log\./g)?.length, 2) // so does the caption of each of the two figures
    assert.match(last, /Leave-one-out: the last event of a user is the target of test/)
    assert.match(
      last,
      /fewer than 2 distinct users were removed, then users with fewer than 3 distinct items, again until both bounds held/,
    )
    assert.match(last, /every event is in training or is one of two targets/)
    const { facts } = await readManifest(join(root, LAST))
    assert.ok(
      last.includes(
        `${facts.trainUsers} users with ${facts.trainEvents} events are trained on; ${facts.testUsers} users are tested.`,
      ),
    )
    const times = (await make(TIMES)).md
    assert.match(times, /Split by time: T is the 0\.8 quantile of all times \(T = \d+\)/)
    assert.match(times, /No user is both trained on and tested/)
    const rolls = (await make(ROLLS)).md
    assert.match(
      rolls,
      /Rolling split by time, fold 1 of 2: T is the 0\.8 quantile of all times \(T = \d+\), the window/,
    )
    assert.match(rolls, /what is known of a tested user begins with what was trained on/)
    assert.match(rolls, /Events in which a user meets an item again were kept\./)
    const { removed } = (await readManifest(join(root, ROLLS))).facts as { removed: Record<string, number> }
    assert.ok(removed.afterWindow! > 0)
    assert.ok(rolls.includes(`| they come after the window | ${removed.afterWindow} |`))
  })

  it('gives snippets that run: SQL in DuckDB', async () => {
    for (const dataset of [FIELDS, POISSON, LAST, TIMES, ROLLS]) {
      const sql = /```sql\n([\s\S]*?)\n```/.exec((await make(dataset)).md)![1]!
      const own = sql.replaceAll(/'([\w*-]+\.parquet)'/g, (_, file) => `'${join(root, dataset, file)}'`)
      const db = await openDuckdb(join(root, 'work'))
      try {
        assert.ok((await db.count(`SELECT count(*) FROM (${own})`)) > 0)
      } finally {
        await db.close()
      }
    }
  })

  it('makes the same card.json and pictures again, whatever the time it took', async () => {
    const first = await make(FIELDS)
    const lock = openLock(root, 'toy')
    const made = (out: string, deps: string[], took: number) => ({
      key: '',
      run: 'x',
      seed: 1,
      code: {},
      params: {},
      facts: {},
      took,
      deps: Object.fromEntries(deps.map((dep) => [dep, ''])),
      outs: { [out]: '' },
      on: { node: 'v20', platform: 'linux-x64', cpu: '2 × Toy CPU' },
    })
    await lock.put('fields@toy', made('fields/cubic1.0_grid6', [], 12))
    await lock.put('solve@toy', made(FIELDS, ['fields/cubic1.0_grid6'], 30))
    const second = await make(FIELDS, 'again')
    await rm(join(root, 'lock.yaml'))
    assert.match(
      second.md,
      /42 s in all\..*\n\n.*\n.*\n\| fields@toy \| 12 s \| 2 × Toy CPU, linux-x64, Node\.js v20 \|\n\| solve@toy \| 30 s \|/,
    )
    assert.match(first.md, /Not recorded/)
    assert.deepEqual(second.json, first.json)
    for (const { folder } of [first, second])
      for (const page of ['card.md', 'card.html']) await rm(join(root, folder, page))
    assert.ok((await listFiles(join(root, first.folder))).includes('contrast.svg'))
    assert.equal(await hashTree(join(root, second.folder)), await hashTree(join(root, first.folder)))
  })

  it('names no time, date or machine in what is compared', async () => {
    const { folder } = await make(TIMES)
    const text = await readFile(join(root, folder, 'card.json'), 'utf8')
    assert.doesNotMatch(text, /Time and machine|seconds in all|Node\.js v/)
  })
})
