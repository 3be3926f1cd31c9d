/** The stages `fields` and `solve` on a toy set of 5 × 5 nodes, in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Params, Stage } from '../../../../contracts.ts'
import fields from '../../../../pipelines/stages/fields.ts'
import solve from '../../../../pipelines/stages/solve.ts'
import { type TestOptions, testContext } from '../../../context.ts'

export const law = { generator: 'condiff', covariance: 'gaussian', variance: 0.4, contrast: null, grid: 5 }
export const rows = { train: 5, valid: 1, test: 2, perShard: 3 }

type Any<P> = Stage & { params: P }
export function stageOf<P>(run: string, params: Params): Any<P> {
  const deps = run === 'fields' ? [] : ['fields/toy0.4_grid5']
  const outs = [run === 'fields' ? 'fields/toy0.4_grid5' : 'datasets/operators/toy0.4_grid5']
  return { id: `${run}@toy`, run, deps, outs, params: params as P & Params, device: 'cpu' }
}

/** Call it inside `describe`: a new folder for each test. */
export function toySets() {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fieldrank-solve-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))
  return {
    at: (...path: string[]) => join(root, ...path),
    folder: () => join(root, 'datasets/operators/toy0.4_grid5'),
    source: () => join(root, 'fields/toy0.4_grid5'),
    makeFields: (params: Params = { ...law, rows }) => fields(stageOf('fields', params), testContext(root)),
    makeSolutions: (params: Params = {}, options: TestOptions | Context = {}) =>
      solve(
        stageOf('solve', { solver: 'cholesky', tolerance: 1e-10, ...params }),
        testContext(root, options),
      ),
  }
}
