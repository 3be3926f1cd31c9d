/** What the stage does not believe, and when it publishes nothing. */
import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../../../io/files.ts'
import { readManifest, readSplit } from '../../../../io/manifest.ts'
import { toySets } from './toy-sets.ts'

describe('stage solve: mistrust', () => {
  const { at, folder, source, makeFields, makeSolutions } = toySets()

  /** A solver or a generator of a user, as a file. */
  async function userFile(name: string, text: string): Promise<string> {
    await mkdir(at('user'), { recursive: true })
    await writeFile(at('user', name), text)
    return at('user', name)
  }

  it('refuses fields that are not those of fields.json', async () => {
    await makeFields()
    const shard = join(source(), 'valid-00000-of-00001.arrow')
    const bytes = await readFile(shard)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(shard, bytes)
    await assert.rejects(makeSolutions(), {
      name: 'UserError',
      message: /^valid-00000-of-00001\.arrow: sha256 is not/,
    })
    await rm(join(source(), 'fields.json'))
    await assert.rejects(makeSolutions(), {
      name: 'UserError',
      message: /no fields\.json\. Not made by the stage fields/,
    })
  })

  it('does not believe a solver: a wrong x that calls itself converged is solved again', async () => {
    await makeFields()
    await makeSolutions()
    const honest = await readSplit(folder(), await readManifest(folder()), 'test', ['x'])
    await rm(folder(), { recursive: true })
    const liar = await userFile(
      'liar.mjs',
      `export default { about: 'lies', defaults: {}, setup: async (matrix) => matrix,
      solve: async ({ batch, n }, rhs) => ({ x: { batch, n, data: rhs.data.map((value, p) => p < n * n ? 0 : Number.NaN) },
        status: Array(batch).fill('converged'), iterations: new Int32Array(batch), residual: new Float64Array(batch) }) }`,
    )
    const facts = await makeSolutions({ solver: liar })
    assert.equal(facts.fallbacks, 8)
    assert.ok((facts.worstResidual as number) < 1e-14)
    assert.deepEqual(await readSplit(folder(), await readManifest(folder()), 'test', ['x']), honest)
  })

  it('marks a row that is too large for Cholesky as not solved, and says so', async () => {
    await makeFields({ generator: 'poisson', grid: 401, rows: { train: 1, perShard: 1 } })
    const message =
      /^solve@toy: 1 of 1 rows did not converge \(train 0; .* Cholesky ends at 400 nodes a side and was not tried/
    await assert.rejects(makeSolutions({ solver: 'cg', iterations: 1 }), { name: 'UserError', message })
    assert.ok(!(await exists(join(folder(), 'manifest.json'))))
  })

  it('publishes nothing when a row has no solution, and names the rows', async () => {
    // rows 1 of train and 0 of test have k = −1 in the middle: A is not positive definite, Cholesky breaks down
    const generator = await userFile(
      'broken.mjs',
      `const about = 'x'
      const column = (type, shape) => ({ type, shape, about })
      export default { about, defaults: { grid: 3 },
        schema: () => ({ row: column('i32', []), k: column('f32', [4, 4]), rhs: column('f32', [3, 3]), contrast: column('f64', []), attempts: column('i32', []) }),
        async *rows(params, { from, to }) {
          for (let address = from; address < to; address++) {
            const k = new Float32Array(16).fill(1)
            if (address === 1 || address === 2 ** 31) k.fill(-1, 5, 11)
            yield { rows: 1, data: { row: Int32Array.of(address % 2 ** 30), k, rhs: new Float32Array(9).fill(1), contrast: Float64Array.of(1), attempts: Int32Array.of(1) } }
          }
        } }`,
    )
    await makeFields({ generator, rows: { train: 3, test: 2, perShard: 2 } })
    await assert.rejects(makeSolutions(), {
      name: 'UserError',
      message:
        /^solve@toy: 2 of 5 rows did not converge \(train 1, test 0; worst residual \d.*, asked 1e-10\)\. Nothing was published\./,
    })
    assert.ok(!(await exists(join(folder(), 'manifest.json'))))
  })

  it('names a solver that is not there and a param that it lacks', async () => {
    await makeFields()
    await assert.rejects(makeSolutions({ solver: 'choleski' }), {
      message: /solver 'choleski' not found .*Did you mean 'cholesky'/,
    })
    await assert.rejects(makeSolutions({ refinement: 2 }), {
      message: /solver cholesky: unknown param 'refinement'.*'refinements'/,
    })
  })
})
