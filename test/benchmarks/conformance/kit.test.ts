import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { kitCases, ownAnswers, verdicts, writeKit } from '../../../benchmarks/conformance/kit.ts'
import type { Metric } from '../../../contracts.ts'
import { namesIn } from '../../../io/lookup.ts'
import { readParquet } from '../../../io/parquet.ts'
import { temporary } from '../toy-datasets.ts'
import { mutants } from './mutants.ts'

const cases = kitCases()
const root = join(import.meta.dirname, '../../..')
/** Sums of up to 50 products of numbers of order one, in f64; the largest answers are of order ten. */
const TOLERANCE = 1e-12

describe('benchmarks/conformance', () => {
  it('asks about every metric there is, and our own answer right', async () => {
    const asked = new Set(cases.map(({ track, metric }) => `${track}/${metric.split('@')[0]}`))
    for (const track of ['operators', 'preconditioners', 'recommenders'])
      for (const name of namesIn(`metrics/${track}`)) assert.ok(asked.has(`${track}/${name}`), name)
    assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length)
    const wrong = verdicts(cases, await ownAnswers(cases), TOLERANCE).filter(({ isRight }) => !isRight)
    assert.deepEqual(wrong, [])
  })

  it('writes what it asks, without the answers, as files that say the same', async () => {
    const folder = await temporary()
    const some = cases.filter(({ id }) => /^(boundary-corner|ndcg@10-places)$/.test(id))
    await writeKit(folder, some)
    const questions = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))
    assert.deepEqual(
      questions.map(({ id, metric, k }: { id: string; metric: string; k: number | null }) => [id, metric, k]),
      [
        ['boundary-corner', 'boundary', null],
        ['ndcg@10-places', 'ndcg', 10],
      ],
    )
    assert.ok(!JSON.stringify(questions).includes('value'))
    assert.deepEqual(await readParquet(join(folder, questions[0].predicted)), some[0]!.predicted)
    assert.deepEqual(await readParquet(join(folder, questions[1].truth)), some[1]!.truth)
  })

  it('judges by the tolerance, and takes no answer for a wrong one', () => {
    const one = cases.find(({ id }) => id === 'relative-l2-mode')!
    const judged = (answer: [string, number][]) => verdicts([one], new Map(answer), 1e-6)[0]!.isRight
    assert.ok(judged([['relative-l2-mode', 0.25 + 9e-7]]))
    assert.ok(!judged([['relative-l2-mode', 0.25 + 2e-6]]))
    assert.ok(!judged([['relative-l2-mode', Number.NaN]]))
    assert.ok(!judged([]))
  })

  describe(`kills ${mutants.length} mutants of our own metrics`, function () {
    this.timeout(120_000)
    let folder = ''
    before(async () => {
      folder = await temporary()
    })
    it('has fifty or more of them, PDEBench’s three among them', () => {
      assert.ok(mutants.length >= 50)
      assert.equal(mutants.filter(({ what }) => what.startsWith('PDEBench')).length, 3)
    })
    for (const [i, { what, file, from, to }] of mutants.entries()) {
      it(`${file}: ${what}`, async () => {
        const home = join(folder, String(i))
        mkdirSync(join(home, 'io'), { recursive: true })
        cpSync(join(root, 'metrics'), join(home, 'metrics'), { recursive: true })
        cpSync(join(root, 'io/errors.ts'), join(home, 'io/errors.ts'))
        writeFileSync(join(home, 'package.json'), '{"type": "module"}')
        const path = join(home, 'metrics', file)
        const text = readFileSync(path, 'utf8')
        assert.equal(text.split(from).length >= 2, true, `${file} does not hold ${from}`)
        writeFileSync(
          path,
          text.replace(from, () => to),
        )
        const metricOf = async (track: string, name: string): Promise<Metric> => {
          const loaded = await import(pathToFileURL(join(home, 'metrics', track, `${name}.ts`)).href)
          return loaded.default.default ?? loaded.default
        }
        assert.ok(await isKilled(metricOf), 'no case tells it from the right one')
      })
    }
  })
})

/** Whether any case gives another answer, or none. */
async function isKilled(metricOf: (track: string, name: string) => Promise<Metric>): Promise<boolean> {
  const asked = cases.filter(({ metric }) => metric !== 'cg-iterations')
  try {
    const answers = await ownAnswers(asked, metricOf)
    return verdicts(asked, answers, 1e-6).some(({ isRight }) => !isRight)
  } catch (error) {
    if (error instanceof SyntaxError || /Transform failed/.test(String(error))) throw error // the mutant itself is broken
    return true
  }
}
