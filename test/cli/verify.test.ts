import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import verify from '../../cli/verify.ts'
import type { Columns, Dataset, Params, Shard, Split } from '../../contracts.ts'
import { readManifest, readSplit, shardName, writeManifest } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import fields from '../../pipelines/stages/fields.ts'
import solve from '../../pipelines/stages/solve.ts'
import { chooseRows } from '../../pipelines/verify/operators.ts'
import { testContext } from '../context.ts'
import { printed } from './printed.ts'

const law = { generator: 'condiff', covariance: 'cubic', variance: 0.4, contrast: [1, 90], grid: 4 }
const options = { profile: 'toy', data: '', rows: '6' }

describe('fieldrank verify', () => {
  let data = ''
  const folder = () => join(data, 'toy/datasets/operators/cubic0.4_grid4')
  const recommenders = () => join(data, 'toy/datasets/recommenders/tiny')
  const run = (folders: string[] = [], more: Params = {}) =>
    printed(() => verify.run(folders, { ...options, data, ...more }))

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'fieldrank-verify-'))
    await writeOperators()
  })
  afterEach(() => rm(data, { recursive: true, force: true }))

  async function writeOperators(
    params: Params = law,
    solver = 'cholesky',
    name = 'cubic0.4_grid4',
  ): Promise<void> {
    const ctx = testContext(join(data, 'toy'), { seed: 3 })
    const [made, solved] = [[`fields/${name}`], [`datasets/operators/${name}`]]
    const stage = { id: 'toy', deps: made, device: 'cpu' as const }
    const rows = { train: 7, valid: 2, test: 3, perShard: 4 }
    await fields(
      { ...stage, run: 'fields', outs: made, params: { ...params, generator: 'condiff', rows } },
      ctx,
    )
    await solve({ ...stage, run: 'solve', outs: solved, params: { solver, tolerance: 1e-10 } }, ctx)
  }

  /** The dataset again with other values in one split: every hash is right, what it says is not. */
  async function forge(split: Split, change: (columns: Columns) => void, facts: Params = {}): Promise<void> {
    const dataset = await readManifest(folder())
    const columns = structuredClone(await readSplit(folder(), dataset, split))
    change(columns)
    const path = shardName(split, 0, 1)
    const shard: Shard = { split, ...(await writeParquet(join(folder(), path), dataset.schema, columns)) }
    const shards = dataset.shards.map((old) => (old.path === path ? shard : old))
    await writeManifest(folder(), { ...dataset, shards, facts: { ...dataset.facts, ...facts } })
  }

  it('finds the datasets of a profile, makes rows again and says so on one line each', async () => {
    const { code, text } = await run()
    assert.equal(code, 0)
    assert.match(text, /^whole +\S+cubic0\.4_grid4 {2}12 rows, 4 files, 0\.0 MB, 6 made and solved again\n$/)
  })

  for (const [name, params] of [
    ['two-phase', { medium: 'two-phase', covariance: 'gaussian', length: 0.15, jump: 1e9, grid: 32 }],
    ['layered', { medium: 'layered', jump: 1e9, grid: 32 }],
    ['lengths', { covariance: 'exponential', variance: 8, lengths: [0.2, 0.05], grid: 32 }],
  ] as const) {
    it(`finds sets whole that lie beyond the published ones: ${name}`, async () => {
      for (const solver of ['multigrid', 'cholesky']) {
        await writeOperators(params as Params, solver, name)
        const { code, text } = await run([join(data, 'toy/datasets/operators', name)], { rows: '12' })
        assert.equal(code, 0, text)
        assert.match(text, /made and solved again/)
      }
    })
  }

  it('reports a flipped byte with the file and ends with 1', async () => {
    const shard = join(folder(), shardName('test', 0, 1))
    const bytes = await readFile(shard)
    bytes[99]! ^= 4
    await writeFile(shard, bytes)
    const { code, text } = await run([folder()])
    assert.equal(code, 1)
    assert.match(
      text,
      /^damaged .*cubic0\.4_grid4\n +test-00000-of-00001\.parquet: sha256 of row group 0 is .*\n1 of 1 datasets have problems\n$/,
    )
  })

  const forgeries: [string, (columns: Columns) => void, RegExp][] = [
    [
      'k changed in its last bit',
      ({ data }) => flipLast(data.k as Float32Array),
      /: k is not what its address gives \(value 24 is/,
    ],
    [
      'rhs changed in its last bit',
      ({ data }) => flipLast(data.rhs as Float32Array),
      /: rhs is not what its address gives/,
    ],
    [
      'a contrast that is not that of k',
      ({ data }) => ((data.contrast as Float64Array)[0]! += 1),
      /: contrast is not what/,
    ],
    [
      'an x that solves nothing',
      ({ data }) => ((data.x as Float64Array)[0]! += 1),
      /: residual of x is .*, asked 1e-10\n[\s\S]*x differs from that of solver cg by/,
    ],
    [
      'a residual that is not that of x',
      ({ data }) => ((data.residual as Float64Array)[0]! = 1e-11),
      /: residual of x is .*, the column says 1e-11/,
    ],
    [
      'an attainable residual that is not',
      ({ data }) => ((data.attainable as Float64Array)[0]! *= 2),
      /: attainable is .*, the column says/,
    ],
    [
      'an algebraic bound below what k, x and rhs give',
      ({ data }) => ((data.algebraic as Float64Array)[0]! /= 2),
      /: algebraic is .*, the column says/,
    ],
    [
      'a majorant below what k, x and rhs give',
      ({ data }) => ((data.majorant as Float64Array)[0]! *= 1 - 1e-9),
      /: majorant is .*, the column says/,
    ],
  ]
  for (const [what, change, message] of forgeries) {
    it(`finds ${what}, though every hash is right`, async () => {
      await forge('valid', change)
      const { code, text } = await run([], { rows: '12' })
      assert.equal(code, 1)
      assert.match(text, message)
      assert.match(text, /valid-00000-of-00001\.parquet: row 0 of valid: /)
    })
  }

  it('finds facts that the files do not bear out', async () => {
    await forge('valid', () => {}, { rows: 13 })
    assert.match((await run([], { rows: '0' })).text, /facts say 13 rows, the shards have 12/)
  })

  it('chooses the same rows each time, in every split, far apart', () => {
    const shard = (split: Split, rows: number) => ({ split, rows, path: `${split}${rows}` }) as Shard
    const shards = [shard('train', 60), shard('train', 40), shard('test', 10)]
    const chosen = chooseRows(shards, 5).map(({ shard, row, at }) => [shard.path, row, at])
    // golden ratio 0.618…: train 61, 23, 85 of 100; test 6, 2 of 10
    assert.deepEqual(chosen, [
      ['train40', 61, 1],
      ['test10', 6, 6],
      ['train60', 23, 23],
      ['test10', 2, 2],
      ['train40', 85, 25],
    ])
    assert.equal(chooseRows([shard('test', 1)], 5).length, 1)
    assert.deepEqual(chooseRows([], 5), [])
  })

  /** Three users, four items; `change` may break it. */
  async function writeRecommenders(
    change: (columns: Columns) => void = () => {},
    facts: Params = {},
  ): Promise<void> {
    const column = (type: 'i32' | 'i64' | 'utf8', shape: '*'[] = []) => ({ type, shape, about: 'x' })
    const schema = {
      user: column('i32'),
      history: column('i32', ['*']),
      target: column('i32'),
      time: column('i64'),
    }
    const columns = (): Columns => ({
      rows: 3,
      data: {
        user: Int32Array.of(1, 2, 3),
        history: [Int32Array.of(1, 2), Int32Array.of(), Int32Array.of(4)],
        target: Int32Array.of(3, 1, 2),
        time: new BigInt64Array(3),
      },
    })
    const write = async (split: Split, data: Columns): Promise<Shard> => ({
      split,
      ...(await writeParquet(join(recommenders(), shardName(split, 0, 1)), schema, data)),
    })
    const test = columns()
    change(test)
    const users = { rows: 3, data: { user: Int32Array.of(1, 2, 3), id: ['a', 'b', 'c'] } }
    const items = {
      rows: 4,
      data: { item: Int32Array.of(1, 2, 3, 4), id: ['a', 'b', 'c', 'd'], count: new Int32Array(4) },
    }
    const dataset: Dataset = {
      name: 'tiny',
      track: 'recommenders',
      version: '1.0.0',
      license: 'CC-BY-4.0',
      about: 'x',
      schema,
      shards: [await write('train', columns()), await write('test', test)],
      tables: [
        await writeParquet(
          join(recommenders(), 'items.parquet'),
          { item: column('i32'), id: column('utf8'), count: column('i32') },
          items,
        ),
        await writeParquet(
          join(recommenders(), 'users.parquet'),
          { user: column('i32'), id: column('utf8') },
          users,
        ),
      ],
      params: {},
      facts: { users: 3, items: 4, trainUsers: 3, trainEvents: 6, testUsers: 3, ...facts },
    }
    await writeManifest(recommenders(), dataset)
  }

  it('checks recommender sets: numbers in range, each user once, facts', async () => {
    await writeRecommenders()
    const { code, text } = await run()
    assert.equal(code, 0)
    assert.match(text, /^whole .*cubic.*\nwhole .*tiny {2}6 rows, 4 files, 0\.0 MB, all numbers in range\n$/)
  })

  const broken: [string, (columns: Columns) => void, Params, RegExp][] = [
    [
      'a target outside the catalog',
      ({ data }) => ((data.target as Int32Array)[1] = 5),
      {},
      /test: row 1: target 5 is not in 1…4/,
    ],
    ['a target of 0', ({ data }) => ((data.target as Int32Array)[2] = 0), {}, /test: row 2: target 0/],
    [
      'a user outside the users',
      ({ data }) => ((data.user as Int32Array)[0] = 4),
      {},
      /test: row 0: user 4 is not in 1…3/,
    ],
    [
      'a user twice',
      ({ data }) => ((data.user as Int32Array)[2] = 1),
      {},
      /test: row 2: user 1 stands in the split twice/,
    ],
    [
      'an item of a history outside',
      ({ data }) => ((data.history as Int32Array[])[2]![0] = -1),
      {},
      /test: row 2: an item of the history/,
    ],
    [
      'false facts',
      () => {},
      { items: 5, trainEvents: 7 },
      /facts say items 5, the files hold 4\n[\s\S]*facts say trainEvents 7, the files hold 6/,
    ],
  ]
  for (const [what, change, facts, message] of broken) {
    it(`finds ${what}`, async () => {
      await writeRecommenders(change, facts)
      const { code, text } = await run([recommenders()])
      assert.equal(code, 1)
      assert.match(text, message)
    })
  }
})

/** Changes the last bit of the last value of the first row. */
function flipLast(values: Float32Array): void {
  const bits = new Int32Array(values.buffer, values.byteOffset)
  bits[values.length / 2 - 1]! ^= 1 // two rows
}
