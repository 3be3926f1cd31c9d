import assert from 'node:assert/strict'
import { linesOf, methodsOf, type Run } from '../../reports/board.ts'
import { drawTime } from '../../reports/draw-time.ts'
import { inlineSvg } from '../../reports/figures.ts'
import type { Markup } from '../../reports/html.ts'
import { csv, markdownTable } from '../../reports/table.ts'
import {
  breakEven,
  breakEvenHtml,
  breakEvenMarkdown,
  secondsFor,
  timedOf,
} from '../../reports/time-to-accuracy.ts'
import { line, score, standing } from './lines.ts'

const metric = { name: 'iterations@6', about: 'steps', unit: '1', better: 'lower' as const }
const timed = (model: string, loss: string, train: number, setup: number, solve: number | null) =>
  line({
    model,
    loss,
    trainSeconds: train,
    solving: { setupSeconds: setup, solveSeconds: solve, condition: solve && 40 * solve },
    scores: { 'iterations@6': score(20) },
  })

describe('reports/time-to-accuracy', () => {
  const lines = [
    timed('precorrector', 'low-frequency', 100, 0.5, 0.25),
    timed('ic0', 'none', 0, 0.5, 0.5),
    timed('multigrid', 'none', 0, 1, 0.125),
    timed('none', 'none', 0, 0, null),
  ]
  const one = standing(lines, { metrics: [metric] })
  const [learned, ic0, multigrid] = timedOf(one) as [
    ReturnType<typeof timedOf>[0],
    ReturnType<typeof timedOf>[0],
    ReturnType<typeof timedOf>[0],
  ]

  it('adds training, set-up and m solves; who did not get there has none', () => {
    assert.deepEqual(
      timedOf(one).map(({ name, isClassical }) => [name, isClassical]),
      [
        ['precorrector · low-frequency', false],
        ['ic0', true],
        ['multigrid', true],
      ],
    )
    assert.equal(secondsFor(learned, 8), 102.5)
  })

  it('is even where the lines cross, and never where they do not', () => {
    // 100.5 + m/4 < 0.5 + m/2 from m = 401 on: at 400 they are equal
    assert.equal(breakEven(learned, ic0), 401)
    assert.ok(secondsFor(learned, 401) < secondsFor(ic0, 401))
    assert.equal(secondsFor(learned, 400), secondsFor(ic0, 400))
    assert.equal(breakEven(learned, multigrid), null)
    assert.equal(breakEven(multigrid, learned), 1) // ahead from the first solve
    // 1 + m/8 < 0.5 + m/2 from m = 2 on: 0.5 / 0.375 = 1.33
    assert.equal(breakEven(multigrid, ic0), 2)
    assert.equal(breakEven(ic0, multigrid), null) // ahead at one solve, not for good
    assert.equal(breakEven(ic0, ic0), null)
  })

  it('is a table, in Markdown and on a page', () => {
    assert.equal(
      breakEvenMarkdown(one),
      '| ahead from m, of | ic0 | multigrid |\n| --- | --: | --: |\n| precorrector · low-frequency | 401 | never |\n' +
        '| ic0 | — | never |\n| multigrid | 2 | — |\n',
    )
    const page = (breakEvenHtml(one, 'x') as Markup).markup
    assert.match(page, /<th scope="row"><bdi>multigrid<\/bdi><\/th><td class="number">2<\/td>/)
    const bare = standing(lines.map(({ solving: _, ...rest }) => rest))
    assert.equal(breakEvenMarkdown(bare), '')
    assert.equal(breakEvenHtml(bare, 'x'), false)
  })

  it('is a picture, said in words too', async () => {
    const [drawing] = await drawTime(one)
    const svg = drawing!.files.get(drawing!.figure.files[0]!)!
    assert.match(
      svg,
      /aria-label="Time to certified accuracy: precorrector · low-frequency 101 s for one solve, 351 s/,
    )
    inlineSvg(svg, 'time') // throws on what a page does not take
    assert.deepEqual(await drawTime(standing(lines.slice(0, 1))), [])
  })

  it('has columns of its own, in Markdown and in CSV', () => {
    assert.match(markdownTable(one), /peak memory \| +set-up \| +solve \| condition \|/)
    const board = {
      track: 't',
      about: '',
      profile: 'p',
      asked: { stages: '', flags: '' },
      seed: 0,
      overall: null,
    }
    const [head, first, , , last] = csv({ ...board, standings: [one] }).split('\n')
    assert.ok(head!.endsWith(',setup_seconds,solve_seconds,condition'), head)
    assert.ok(first!.endsWith(',0.5,0.25,10'), first)
    assert.ok(last!.endsWith(',0,,'), last)
  })

  it('means over the seeds, and no solve where one of them did not get there', () => {
    const runs = [
      [1, 3],
      [2, 5],
    ].map(([setupSeconds, solveSeconds], seed) => runOf(seed, { setupSeconds, solveSeconds }))
    const solving = (of: readonly Run[]) => linesOf(methodsOf(of, of), undefined, [])[0]!.solving
    assert.deepEqual(solving(runs), { setupSeconds: 1.5, solveSeconds: 4, condition: null })
    assert.deepEqual(solving([runs[0]!, runOf(1, { setupSeconds: 2 })]), {
      setupSeconds: 1.5,
      solveSeconds: null,
      condition: null,
    })
    assert.equal(solving([runOf(0, {})]), undefined)
  })
})

function runOf(
  seed: number,
  cost: { setupSeconds?: number | undefined; solveSeconds?: number | undefined },
): Run {
  const method = { model: 'mlp', loss: 'low-frequency', params: {}, seed, parameters: 50 }
  return {
    name: `mlp_low-frequency_${seed}`,
    submission: {
      ...{ about: 'mlp', track: 'preconditioners', dataset: { name: 'd', version: '1.0.0' }, method },
      ...{ predictions: { path: 'p', sha256: '', bytes: 0 }, by: { name: 'us' }, made: { version: '0' } },
    },
    cost: {
      ...{ trainSeconds: 1, predictSeconds: 1, peakBytes: 1, device: 'cpu', threads: 1, date: '' },
      ...cost,
    },
    history: [],
    scores: {},
    ids: new Int32Array(0),
    perRow: {},
  }
}
