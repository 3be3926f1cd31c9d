import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import condiff from '../../../generators/condiff.ts'
import { readArrow } from '../../../io/arrow.ts'
import { exists, hashTree, sha256File } from '../../../io/files.ts'
import { checkDataset, readManifest, readSplit } from '../../../io/manifest.ts'
import { describeParquet } from '../../../io/parquet.ts'
import { regenerate } from '../../../pipelines/regenerated.ts'
import { rowsOf } from '../../../pipelines/stages/solve/solve-shard.ts'
import solve from '../../../pipelines/stages/solve.ts'
import { verifyContents } from '../../../pipelines/verified.ts'
import { certify } from '../../../solvers/diffusion/certificate.ts'
import { accepts, assemble } from '../../../solvers/diffusion/stencil.ts'
import { memoryJournal, testContext } from '../../context.ts'
import { law, rows, stageOf, toySets } from './solve/toy-sets.ts'

describe('stage solve', () => {
  const { at, folder, source, makeFields, makeSolutions } = toySets()

  it('publishes k and rhs to the bit, x in f64, in shards of the same rows', async () => {
    await makeFields()
    await makeSolutions()
    assert.deepEqual(await checkDataset(folder()), [])
    const dataset = await readManifest(folder())
    assert.deepEqual(
      dataset.shards.map(({ split, rows }) => [split, rows]),
      [
        ['train', 3],
        ['train', 2],
        ['valid', 1],
        ['test', 2],
      ],
    )
    const solved = await readSplit(folder(), dataset, 'test')
    const { columns } = await readArrow(join(source(), 'test-00000-of-00001.arrow'))
    const bounds = ['residual', 'attainable', 'algebraic', 'majorant']
    assert.deepEqual(Object.keys(solved.data), ['row', 'k', 'rhs', 'x', 'contrast', ...bounds])
    for (const name of ['row', 'k', 'rhs', 'contrast'])
      assert.deepEqual(solved.data[name], columns.data[name])
    assert.equal(solved.data.x!.length, 2 * 25)
  })

  it('solves −Δu = f: the five-point sum of x is rhs', async () => {
    await makeFields({ generator: 'poisson', grid: 5, rows })
    await makeSolutions()
    const { data } = await readSplit(folder(), await readManifest(folder()), 'valid')
    const [x, rhs] = [data.x as Float64Array, data.rhs as Float32Array]
    const at = (i: number, j: number) => (i < 0 || j < 0 || i > 4 || j > 4 ? 0 : x[i * 5 + j]!)
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        const sum = 36 * (4 * at(i, j) - at(i - 1, j) - at(i + 1, j) - at(i, j - 1) - at(i, j + 1))
        // terms of size 144 |x| ~ 10 in f64: rounding stays below 1e-13
        assert.ok(Math.abs(sum - rhs[i * 5 + j]!) < 1e-13)
      }
    }
  })

  it('makes the set of the track whose folder it writes, with all that is known of such rows', async () => {
    await makeFields()
    await makeSolutions()
    const stage = stageOf('solve', { solver: 'cholesky', tolerance: 1e-10 })
    await solve({ ...stage, outs: ['datasets/preconditioners/toy0.4_grid5'] } as never, testContext(at()))
    const own = at('datasets/preconditioners/toy0.4_grid5')
    const [dataset, other] = [await readManifest(own), await readManifest(folder())]
    assert.equal(dataset.track, 'preconditioners')
    assert.deepEqual({ ...dataset, track: 'operators' }, other)
    const { problems, said } = await verifyContents(own, dataset, 2)
    assert.deepEqual([problems, said], [[], ', 2 made and solved again'])
    const { path, sha256 } = dataset.shards[0]!
    await rm(join(own, path))
    await regenerate(own, path, new AbortController().signal)
    assert.equal(await sha256File(join(own, path)), sha256)
  })

  it('says in the manifest what made the set and what came out', async () => {
    await makeFields()
    const facts = await makeSolutions()
    const dataset = await readManifest(folder())
    assert.equal(dataset.name, 'toy0.4_grid5')
    assert.equal(dataset.track, 'operators')
    assert.deepEqual(
      [dataset.version, dataset.license, dataset.cite],
      ['1.0.0', 'CC-BY-4.0', 'arXiv:2406.04709'],
    )
    assert.deepEqual(dataset.schema.k!.shape, [6, 6])
    assert.deepEqual(dataset.schema.x, {
      type: 'f64',
      shape: [5, 5],
      unit: '1',
      about: dataset.schema.x!.about,
    })
    const expected = {
      ...condiff.defaults,
      ...law,
      seed: 42,
      solver: 'cholesky',
      solverParams: { tolerance: 1e-10, refinements: 1 },
    }
    assert.deepEqual(dataset.params, expected)
    assert.deepEqual(dataset.facts, facts)
    assert.deepEqual([facts.rows, facts.grid, facts.unconverged, facts.fallbacks], [8, 5, 0, 0])
    assert.ok((facts.worstResidual as number) > 0 && (facts.worstResidual as number) < 1e-14)
  })

  it('stores both numbers of the acceptance and both certificates of every row, and their spread', async () => {
    await makeFields()
    await makeSolutions()
    const dataset = await readManifest(folder())
    const kept: { [name: string]: number[] } = { attainable: [], algebraic: [], majorant: [] }
    for (const split of ['train', 'valid', 'test'] as const) {
      const { data, rows } = await readSplit(folder(), dataset, split)
      const field = (name: string, n: number) => rowsOf(data[name]!, n, 0, rows)
      const [k, x, rhs] = [field('k', 6), field('x', 5), field('rhs', 5)]
      const bounds = certify(k, x, rhs)
      const columns = data as Record<string, Float64Array>
      assert.deepEqual(
        [...columns.algebraic!],
        bounds.map(({ algebraic }) => algebraic),
      )
      assert.deepEqual(
        [...columns.majorant!],
        bounds.map(({ majorant }) => majorant),
      )
      const verdicts = accepts(assemble(k), x, rhs)
      assert.deepEqual(
        [...columns.attainable!],
        verdicts.map(({ floor }) => floor),
      )
      assert.ok(verdicts.every(({ residual, floor }) => residual <= Math.max(1e-10, floor)))
      for (const name of Object.keys(kept)) kept[name]!.push(...columns[name]!)
    }
    const { worstAttainable, algebraic, majorant } = dataset.facts
    const spread = (values: number[]) => {
      const sorted = [...values].sort((a, b) => a - b)
      return { median: (sorted[3]! + sorted[4]!) / 2, worst: sorted[7]! }
    }
    assert.equal(worstAttainable, Math.max(...kept.attainable!))
    assert.deepEqual([algebraic, majorant], [spread(kept.algebraic!), spread(kept.majorant!)])
    // grid 5 and correlation length 0.05: every cell its own k. The bound says something (∞ or 0 would not)
    assert.ok(spread(kept.majorant!).median > 1e-3 && spread(kept.majorant!).worst < 1)
  })

  it('puts 64 rows in a row group, and the law in the file itself', async () => {
    await makeFields({ generator: 'poisson', grid: 3, rows: { train: 70, perShard: 100 } })
    await makeSolutions()
    const described = await describeParquet(join(folder(), 'train-00000-of-00001.parquet'))
    assert.deepEqual(
      described.rowGroups.map(({ rows }) => rows),
      [64, 6],
    )
    const params = { generator: 'poisson', grid: 3, seed: 42, split: 'train' }
    assert.deepEqual(JSON.parse(described.metadata['fieldrank.params']!), params)
  })

  it('agrees with another solver within what both promise', async () => {
    await makeFields()
    await makeSolutions()
    const direct = await readSplit(folder(), await readManifest(folder()), 'train', ['x'])
    await rm(folder(), { recursive: true })
    await makeSolutions({ solver: 'cg' })
    const iterative = await readSplit(folder(), await readManifest(folder()), 'train', ['x'])
    const [a, b] = [direct.data.x as Float64Array, iterative.data.x as Float64Array]
    const scale = Math.max(...a.map(Math.abs))
    // residual 1e-10 times the condition number of A, below 1e3 at n = 5 and contrast 100
    for (const [p, value] of a.entries()) assert.ok(Math.abs(value - b[p]!) < 1e-7 * scale)
  })

  it('makes the same bytes with any solver thread count, and says what solved them', async () => {
    await makeFields({ ...law, rows: { train: 21, valid: 1, test: 2, perShard: 30 } })
    const hashes: (string | null)[] = []
    for (const workers of [1, 2, 3]) {
      const facts = await makeSolutions({ solver: 'multigrid' }, { workers })
      assert.deepEqual([facts.rows, facts.unconverged, facts.fallbacks], [24, 0, 0])
      assert.ok((facts.worstResidual as number) <= 1e-10)
      hashes.push(await hashTree(folder()))
      await rm(folder(), { recursive: true })
    }
    assert.equal(new Set(hashes).size, 1)
  })

  it('goes on after its last whole shard when it was stopped, and ends with the same bytes', async () => {
    await makeFields()
    await makeSolutions()
    const whole = await hashTree(folder())
    await rm(folder(), { recursive: true })
    const journal = memoryJournal()
    const stop = new AbortController()
    const progress = (done: number) => done > 3 && stop.abort(new Error('stopped'))
    await assert.rejects(makeSolutions({}, { journal, signal: stop.signal, progress }), /stopped/)
    assert.ok(!(await exists(join(folder(), 'manifest.json'))))
    await makeSolutions({}, { journal })
    assert.equal(await hashTree(folder()), whole)

    const shard = join(folder(), 'train-00000-of-00002.parquet')
    const bytes = await readFile(shard)
    bytes[20]! ^= 1
    await writeFile(shard, bytes)
    await makeSolutions({}, { journal })
    assert.equal(await hashTree(folder()), whole)
  })
})
