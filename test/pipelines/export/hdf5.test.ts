/** The published layout, checked against the matrix of the published code, written down here once more from its formula. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dataset, File, ready } from 'h5wasm/node'
import type { Params } from '../../../contracts.ts'
import { readManifest, readSplit } from '../../../io/manifest.ts'
import { cut, transposed } from '../../../pipelines/export/hdf5/layout.ts'
import hdf5 from '../../../pipelines/export/hdf5.ts'
import fields from '../../../pipelines/stages/fields.ts'
import solve from '../../../pipelines/stages/solve.ts'
import { makeRecommenders } from '../../benchmarks/toy-datasets.ts'
import { testContext } from '../../context.ts'

const n = 6
const rows = { train: 7, valid: 2, test: 3, perShard: 4 } // train in two shards
const condiff = { generator: 'condiff', covariance: 'cubic', variance: 2, contrast: null, grid: n }

describe('export --format hdf5', function () {
  this.timeout(60_000)
  let root = ''
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'fieldrank-hdf5-'))
    await ready
    await make('cubic2.0_grid6', condiff)
    await make('poisson_grid6', { generator: 'poisson', grid: n })
  })
  after(() => rm(root, { recursive: true, force: true }))

  async function make(name: string, law: Params): Promise<void> {
    const ctx = testContext(root)
    const stage = { id: name, deps: [`fields/${name}`], device: 'cpu' as const }
    await fields(
      {
        ...stage,
        run: 'fields',
        outs: stage.deps,
        params: { ...law, generator: law.generator as string, rows },
      },
      ctx,
    )
    const params = { solver: 'cholesky', tolerance: 1e-10 }
    await solve({ ...stage, run: 'solve', outs: [`datasets/${name}`], params }, ctx)
  }
  const write = (name: string, asPublished = false, out = 'out') =>
    hdf5.write(join(root, 'datasets', name), { out: join(root, out), asPublished })

  /** All arrays of a file by name. */
  function read(path: string): Record<string, { shape: number[]; data: Float64Array }> {
    const file = new File(join(root, path), 'r')
    const arrays = file.keys().map((name) => {
      const { shape, value } = file.get(name) as Dataset
      return [name, { shape: shape!, data: value as Float64Array }] as const
    })
    file.close()
    return Object.fromEntries(arrays)
  }
  const file = (name: string, split: string) => read(`out/${name}/${name}_${split}.h5`)

  it('writes a file per split with the names, shapes and types of ConDiff', async () => {
    const lines = await write('cubic2.0_grid6')
    assert.equal(lines.length, 3)
    assert.match(lines[0]!, /cubic2\.0_grid6_train\.h5 {2}7 rows of k, rhs, x, 0\.0 MB$/)
    assert.match(lines[1]!, /2 rows .*\(the published sets have no valid rows\)$/)
    const shapes = (split: string) =>
      Object.entries(file('cubic2.0_grid6', split)).map(([name, { shape }]) => [name, ...shape])
    for (const [split, count] of [
      ['train', 7],
      ['valid', 2],
      ['test', 3],
    ] as const)
      assert.deepEqual(shapes(split), [
        ['k', count, 7, 7],
        ['rhs', count, 36],
        ['x', count, 36],
      ])
  })

  it('solves A(k) x = rhs with the published matrix and ordering, and not when read transposed', async () => {
    await write('cubic2.0_grid6')
    const { k, rhs, x } = file('cubic2.0_grid6', 'train')
    for (let r = 0; r < rows.train; r++) {
      const coefficient = k!.data.subarray(r * 49, (r + 1) * 49)
      const [right, solution] = [rhs, x].map((array) => array!.data.subarray(r * 36, (r + 1) * 36))
      // 1e-13: elimination of 36 unknowns in f64 leaves about 1e-15
      assert.ok(residual(coefficient, solution!, right!) < 1e-13, `row ${r}`)
      // the mistake of the notebooks: the vector reshaped row-major is taken for the field itself
      const image = (vector: Float64Array) => transposed(vector, 1, n)
      assert.ok(residual(coefficient, image(solution!), image(right!)) > 0.05, `row ${r}, read transposed`)
      const turned = Float64Array.from(coefficient, (_, p) => coefficient[(p % 7) * 7 + Math.floor(p / 7)]!)
      assert.ok(residual(turned, image(solution!), image(right!)) < 1e-13, `row ${r}, k transposed too`)
    }
  })

  it('holds every value of the shards, in the order of the rows', async () => {
    await write('cubic2.0_grid6')
    const folder = join(root, 'datasets/cubic2.0_grid6')
    const stored = await readSplit(folder, await readManifest(folder), 'train')
    const { k, rhs, x } = file('cubic2.0_grid6', 'train')
    assert.deepEqual(k!.data, Float64Array.from(stored.data.k as Float32Array))
    const at = (values: ArrayLike<number>, row: number, i: number, j: number) => values[(row * n + i) * n + j]
    for (const [row, i, j] of [
      [0, 0, 1],
      [3, 5, 2],
      [4, 1, 4],
      [6, 2, 0],
    ] as const) {
      const p = row * 36 + i + n * j
      assert.equal(x!.data[p], at(stored.data.x as Float64Array, row, i, j))
      assert.equal(rhs!.data[p], at(stored.data.rhs as Float32Array, row, i, j))
    }
  })

  it('leaves k out where it is 1, and then has the size of the published files: 2 S n² 8 + 2048 bytes', async () => {
    assert.match((await write('poisson_grid6'))[0]!, /7 rows of rhs, x/)
    const { rhs, x, ...more } = file('poisson_grid6', 'train')
    assert.deepEqual(Object.keys(more), [])
    const ones = new Float64Array(49).fill(1)
    assert.ok(residual(ones, x!.data.subarray(0, 36), rhs!.data.subarray(0, 36)) < 1e-13)
    const { size } = await stat(join(root, 'out/poisson_grid6/poisson_grid6_train.h5'))
    assert.equal(size, 2 * 7 * 36 * 8 + 2048)
  })

  it('writes with --as-published what the notebooks feed: k cut, rhs and x read row-major', async () => {
    await write('cubic2.0_grid6')
    const lines = await write('cubic2.0_grid6', true)
    assert.match(lines.at(-1)!, /rhs and x transposed against k$/)
    const images = read('out/cubic2.0_grid6/cubic2.0_grid6_test_images.h5')
    const flat = file('cubic2.0_grid6', 'test')
    // k[:, :n, :n] and reshape(-1, n, n): a row-major reshape moves no value
    assert.deepEqual(
      [images.k!.shape, images.rhs!.shape, images.x!.shape],
      [
        [3, 6, 6],
        [3, 6, 6],
        [3, 6, 6],
      ],
    )
    assert.deepEqual(images.x!.data, flat.x!.data)
    assert.deepEqual(images.rhs!.data, flat.rhs!.data)
    const cells = Float64Array.from({ length: 36 }, (_, p) => flat.k!.data[Math.floor(p / 6) * 7 + (p % 6)]!)
    assert.deepEqual(images.k!.data.subarray(0, 36), cells)
  })

  it('gives equal bytes whatever was there before', async () => {
    await write('cubic2.0_grid6', false, 'again')
    await write('cubic2.0_grid6', false, 'again')
    await write('cubic2.0_grid6')
    const path = 'cubic2.0_grid6/cubic2.0_grid6_train.h5'
    const [one, other] = await Promise.all(['out', 'again'].map((out) => readFile(join(root, out, path))))
    assert.ok(one!.equals(other!))
    assert.ok((await readdir(join(root, 'again/cubic2.0_grid6'))).every((name) => name.endsWith('.h5')))
  })

  it('refuses a dataset without fields', async () => {
    await makeRecommenders(join(root, 'datasets/walks'))
    await assert.rejects(write('walks'), {
      name: 'UserError',
      message: /^toy-walks: has no fields k, rhs and x/,
    })
  })

  it('turns fields by the rule v[i + n j] = x[i][j], and cuts the last row and column of k', () => {
    assert.deepEqual([...transposed([1, 2, 3, 4, 5, 6, 7, 8], 2, 2)], [1, 3, 2, 4, 5, 7, 6, 8])
    assert.deepEqual([...cut([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 2)], [1, 2, 4, 5])
  })
})

/**
 * ‖A x − rhs‖ / ‖rhs‖ with the matrix of ConDiff's fd_mtx2: unknown p = i + n j, cells k[i][j] row-major; the faces are
 * arithmetic means of two cells, the diagonal is the sum of the four cells around the node, all times (n+1)².
 */
function residual(k: Float64Array, x: Float64Array, rhs: Float64Array): number {
  const cell = (i: number, j: number) => k[i * (n + 1) + j]!
  const u = (i: number, j: number) => (i < 0 || j < 0 || i >= n || j >= n ? 0 : x[i + n * j]!)
  let [above, below] = [0, 0]
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const down = (cell(i + 1, j) + cell(i + 1, j + 1)) / 2
      const up = (cell(i, j) + cell(i, j + 1)) / 2
      const right = (cell(i, j + 1) + cell(i + 1, j + 1)) / 2
      const left = (cell(i, j) + cell(i + 1, j)) / 2
      const flux = down * u(i + 1, j) + up * u(i - 1, j) + right * u(i, j + 1) + left * u(i, j - 1)
      const product = (n + 1) ** 2 * ((down + up + right + left) * u(i, j) - flux)
      above += (product - rhs[i + n * j]!) ** 2
      below += rhs[i + n * j]! ** 2
    }
  }
  return Math.sqrt(above / below)
}
