import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json, Params, Split, Stage } from '../../../contracts.ts'
import { addressOf } from '../../../generators/fields/address.ts'
import poisson from '../../../generators/poisson.ts'
import { readArrow } from '../../../io/arrow.ts'
import { concat, slice } from '../../../io/columns.ts'
import { hashTree } from '../../../io/files.ts'
import { readFieldsFile } from '../../../pipelines/fields-file.ts'
import fields from '../../../pipelines/stages/fields.ts'
import { memoryJournal, testContext } from '../../context.ts'

const rows = { train: 5, valid: 0, test: 2, perShard: 2 }
const condiff = { generator: 'condiff', covariance: 'gaussian', variance: 0.4, contrast: null, grid: 5, rows }

function stageOf(params: Params): Stage & { params: Params & { generator: string; rows: Params } } {
  return {
    id: 'fields@toy',
    run: 'fields',
    deps: [],
    outs: ['fields/toy'],
    params: params as never,
    device: 'cpu',
  }
}

describe('stage fields', () => {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fieldrank-fields-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))
  const folder = () => join(root, 'fields/toy')

  /** All rows of a split, as they lie in the shards. */
  async function rowsOf(split: Split) {
    const { shards } = await readFieldsFile(folder())
    const own = shards.filter((shard) => shard.split === split)
    return concat(
      await Promise.all(own.map(async (shard) => (await readArrow(join(folder(), shard.path))).columns)),
    )
  }

  it('writes shards of perShard rows, the last one short, none for a split without rows', async () => {
    const facts = await fields(stageOf(condiff), testContext(root))
    assert.deepEqual((await readdir(folder())).sort(), [
      'fields.json',
      'test-00000-of-00001.arrow',
      'train-00000-of-00003.arrow',
      'train-00001-of-00003.arrow',
      'train-00002-of-00003.arrow',
    ])
    const file = await readFieldsFile(folder())
    assert.deepEqual(
      file.shards.map((shard) => shard.rows),
      [2, 2, 1, 2],
    )
    assert.equal(file.params.length, 0.05) // a default of the generator, spelled out
    assert.equal(file.seed, 42)
    assert.deepEqual(facts, file.facts)
    assert.deepEqual((await rowsOf('train')).data.row, Int32Array.of(0, 1, 2, 3, 4))
    assert.deepEqual((await rowsOf('test')).data.row, Int32Array.of(0, 1))
  })

  it('asks the generator for the address of each row', async () => {
    await fields(stageOf({ generator: 'poisson', grid: 4, rows }), testContext(root, { seed: 7 }))
    const context = { seed: 7, signal: new AbortController().signal }
    for (const [split, index] of [
      ['train', 3],
      ['test', 1],
    ] as const) {
      const address = addressOf(split, index)
      for await (const row of poisson.rows({ grid: 4 }, { from: address, to: address + 1 }, context))
        assert.deepEqual(slice(await rowsOf(split), index, index + 1), row)
    }
  })

  it('says what is made, by the params', async () => {
    const { variance: _, covariance: __, contrast: ___, ...bare } = condiff
    const layers = { ...bare, medium: 'layered', layers: 3 }
    for (const [params, about] of [
      [condiff, /k = exp\(Gaussian random field\) and white-noise right-hand sides$/],
      [{ ...condiff, contrast: [1, 8] }, /right-hand sides, selected by contrast$/],
      [{ ...bare, medium: 'two-phase' }, /^Diffusion with k of two phases/],
      [layers, /^Diffusion with k in layers/],
      [{ generator: 'poisson', grid: 4, rows }, /^Poisson problems/],
    ] as const) {
      await fields(stageOf(params as Params), testContext(root))
      assert.match((await readFieldsFile(folder())).about, about)
    }
  })

  it('says once, and not of every shard, that a device has nothing to do', async () => {
    const { variance: _, covariance: __, contrast: ___, ...bare } = condiff
    for (const [params, words] of [
      [{ ...bare, medium: 'two-phase' }, /two-phase coefficient: drawn on the CPU, not on device 'gpu'/],
      [{ ...bare, medium: 'layered', layers: 3 }, /layered coefficient: drawn on the CPU, not on/],
      [{ generator: 'poisson', grid: 4, rows }, /k = 1 needs no screening: made on the CPU/],
    ] as const) {
      const said: string[] = []
      await fields(stageOf(params as Params), testContext(root))
      const expected = await hashTree(folder())
      const onDevice = { ...stageOf(params as Params), device: 'gpu' as const }
      await fields(onDevice, testContext(root, { log: (line) => said.push(line) }))
      assert.equal(said.length, 1)
      assert.match(said[0]!, words)
      assert.equal(await hashTree(folder()), expected)
    }
  })

  it('states facts that the rows bear out', async () => {
    await fields(stageOf({ ...condiff, contrast: [1, 8] }), testContext(root))
    const { facts } = await readFieldsFile(folder())
    const all = concat([await rowsOf('train'), await rowsOf('test')])
    const attempts = (all.data.attempts as Int32Array).reduce((sum, count) => sum + count, 0)
    assert.deepEqual(facts.rows, 7)
    assert.deepEqual([facts.attempts, facts.rejectedDraws], [attempts, attempts - 7])
    assert.ok(attempts > 7, 'the window rejects something, or this test shows nothing')
    const contrasts = Float64Array.from(all.data.contrast as Float64Array).sort()
    assert.deepEqual(facts.contrastQuantiles, [contrasts[0], contrasts[3], contrasts[6]])
  })

  it('gives the same rows whatever their number and the size of shards', async () => {
    await fields(stageOf(condiff), testContext(root))
    const small = await rowsOf('train')
    await rm(folder(), { recursive: true })
    await fields(stageOf({ ...condiff, rows: { train: 9, test: 1, perShard: 4 } }), testContext(root))
    assert.deepEqual(slice(await rowsOf('train'), 0, 5), small)
  })

  it('writes the same bytes with any number of workers', async () => {
    const trees: string[] = []
    for (const workers of [1, 2, 3]) {
      await fields(stageOf({ ...condiff, contrast: [3, 8] }), { ...testContext(root), workers })
      trees.push(JSON.stringify(await hashTree(folder())))
      await rm(folder(), { recursive: true })
    }
    assert.equal(new Set(trees).size, 1)
  })

  it('goes on after its last whole shard when it was stopped, and ends with the same bytes', async () => {
    await fields(stageOf(condiff), testContext(root))
    const whole = await hashTree(folder())
    await rm(folder(), { recursive: true })

    const journal = memoryJournal()
    const stop = new AbortController()
    const seen: number[] = []
    const progress = (done: number) => {
      seen.push(done)
      if (done === 3) stop.abort(new Error('stopped'))
    }
    await assert.rejects(
      fields(stageOf(condiff), testContext(root, { journal, signal: stop.signal, progress })),
      /stopped/,
    )
    assert.ok(journal.done('train-00000-of-00003.arrow') !== undefined)
    assert.equal(journal.done('train-00001-of-00003.arrow'), undefined)

    seen.length = 0
    await fields(stageOf(condiff), testContext(root, { journal, progress: (done) => seen.push(done) }))
    assert.deepEqual(seen, [3, 4, 5, 6, 7]) // the first two rows were not made again
    assert.equal(await hashTree(folder()), whole)
  })

  it('makes a journaled shard again when its file is gone or changed', async () => {
    const journal = memoryJournal()
    await fields(stageOf(condiff), testContext(root, { journal }))
    const whole = await hashTree(folder())
    const shard = join(folder(), 'train-00001-of-00003.arrow')
    const bytes = await readFile(shard)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(shard, bytes)
    await rm(join(folder(), 'test-00000-of-00001.arrow'))
    await fields(stageOf(condiff), testContext(root, { journal }))
    assert.equal(await hashTree(folder()), whole)
  })

  it('records in the journal what JSON can hold', async () => {
    const records: Record<string, Json> = {}
    const journal = {
      done: () => undefined,
      record: async (shard: string, receipt: Json) => void (records[shard] = receipt),
    }
    await fields(stageOf(condiff), testContext(root, { journal }))
    assert.equal(Object.keys(records).length, 4)
    assert.deepEqual(JSON.parse(JSON.stringify(records)), records)
  })

  const mistakes: [string, Params, RegExp][] = [
    [
      'a generator that is not there',
      { ...condiff, generator: 'condif' },
      /generator 'condif' not found .*Did you mean 'condiff'/,
    ],
    [
      'a param that the generator lacks',
      { ...condiff, varianze: 1 },
      /generator condiff: unknown param 'varianze'/,
    ],
    [
      'rows that are no numbers of rows',
      { ...condiff, rows: { ...rows, train: 1.5 } },
      /fields@toy: param 'rows' must be/,
    ],
    ['no rows at all', { ...condiff, rows: { train: 0, perShard: 2 } }, /fields@toy: param 'rows' must be/],
    [
      'an unknown split',
      { ...condiff, rows: { ...rows, tests: 1 } },
      /fields@toy: rows: unknown param 'tests'.*'test'/,
    ],
  ]
  for (const [what, params, message] of mistakes) {
    it(`refuses ${what}`, () =>
      assert.rejects(fields(stageOf(params), testContext(root)), { name: 'UserError', message }))
  }
})
