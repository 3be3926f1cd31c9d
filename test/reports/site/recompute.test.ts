import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columns, Schema } from '../../../contracts.ts'
import { fromBlob } from '../../../io/byte-source.ts'
import { writeParquet } from '../../../io/parquet.ts'
import { type Published, type Recipe, recompute } from '../../../reports/site/recompute.ts'

const column = { type: 'i32', shape: [], about: '' } as const
const truthSchema: Schema = { user: column, target: column }
const listSchema: Schema = { user: column, items: { ...column, shape: [3] } }

describe('reports/site/recompute', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recompute-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const publish = async (
    name: string,
    schema: Schema,
    rows: number,
    data: Columns['data'],
  ): Promise<Published> => {
    return { ...(await writeParquet(join(folder, name), schema, { rows, data })), href: name }
  }
  const open = async ({ path }: Published) => fromBlob(new Blob([await readFile(join(folder, path))]), path)
  const ids = (...values: number[]) => Int32Array.from(values)

  /** Users 1, 2, 3 want items 7, 8, 9, in two files out of order; `lists` are of users 3, 1, 2. */
  async function recipeOf(lists: readonly Int32Array[], scores: Record<string, number>): Promise<Recipe> {
    const runs: Published[] = []
    for (const [seed, items] of lists.entries())
      runs.push(await publish(`seed${seed}.parquet`, listSchema, 3, { user: ids(3, 1, 2), items }))
    return {
      track: 'recommenders',
      dataset: 'toy',
      key: 'user',
      facts: { items: 10 },
      truth: {
        schema: truthSchema,
        shards: [
          await publish('test-0.parquet', truthSchema, 1, { user: ids(2), target: ids(8) }),
          await publish('test-1.parquet', truthSchema, 2, { user: ids(3, 1), target: ids(9, 7) }),
        ],
      },
      predictions: listSchema,
      metrics: ['mrr@3', 'hit-rate@1', 'coverage@3'],
      lines: { toy: { name: 'toy', scores, runs } },
    }
  }
  /** Of user 3 the target is first, of user 1 second, of user 2 not there: MRR (1 + 1/2 + 0) / 3, HR@1 1/3. */
  const first = ids(9, 1, 2, 5, 7, 1, 1, 2, 3)

  it('joins rows by their key, and computes what a person can', async () => {
    const recipe = await recipeOf([first], { 'mrr@3': 0.5, 'hit-rate@1': 1 / 3, 'coverage@3': 0.6 })
    const steps: string[] = []
    const outcomes = await recompute(recipe, 'toy', open, (step) => steps.push(step))
    assert.deepEqual(
      outcomes.map(({ metric, here, agrees }) => [metric, here, agrees]),
      [
        ['mrr@3', 0.5, true],
        ['hit-rate@1', 1 / 3, true],
        ['coverage@3', 0.6, true], // 1, 2, 3, 5, 7, 9 of ten
      ],
    )
    assert.deepEqual(steps.slice(0, 3), [
      'Reading the truth, file 1 of 2',
      'Reading the truth, file 2 of 2',
      'Reading predictions',
    ])
  })

  it('takes the mean over the seeds', async () => {
    const second = ids(9, 1, 2, 7, 5, 1, 8, 2, 3) // every target first
    const recipe = await recipeOf([first, second], { 'mrr@3': 0.75, 'hit-rate@1': 2 / 3 })
    const outcomes = await recompute(recipe, 'toy', open, () => {})
    assert.deepEqual(
      outcomes.map(({ metric, agrees }) => [metric, agrees]),
      [
        ['mrr@3', true],
        ['hit-rate@1', true],
      ],
    )
  })

  it('tells a difference beyond 1e-12 from one within', async () => {
    for (const [factor, agrees] of [
      [1 + 5e-13, true],
      [1 + 2e-12, false],
    ] as const) {
      const [outcome] = await recompute(
        await recipeOf([first], { 'mrr@3': 0.5 * factor }),
        'toy',
        open,
        () => {},
      )
      assert.equal(outcome!.agrees, agrees)
    }
  })

  it('refuses predictions of other rows than the test split, and a line that is not there', async () => {
    const recipe = await recipeOf([first], { 'mrr@3': 0.5 })
    const other = await publish('other.parquet', listSchema, 3, { user: ids(1, 2, 4), items: first })
    const lines = { toy: { ...recipe.lines.toy!, runs: [other] } }
    await assert.rejects(
      recompute({ ...recipe, lines }, 'toy', open, () => {}),
      {
        name: 'UserError',
        message: 'other.parquet: its rows are not those of the test split (user 3)',
      },
    )
    await assert.rejects(
      recompute(recipe, 'toi', open, () => {}),
      { message: 'toi: not a line of this board' },
    )
  })
})
