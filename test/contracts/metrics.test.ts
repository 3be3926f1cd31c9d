/** What every file in metrics/<track>/ must do. */
import assert from 'node:assert/strict'
import type { Columns, Metric, Params, Rng } from '../../contracts.ts'
import { take } from '../../io/columns.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { fivePoint } from './dense.ts'

const SEED = 3
/** Cut-offs: places of a list; digits of a tolerance. */
const K: Record<string, number> = { preconditioners: 6 }
/** They say what the lists hold, not whether it is right: the truth does not maximize them. */
const BESIDE = new Set(['coverage', 'surprisal'])

interface Scene {
  facts: Params
  truth: Columns
  perfect: Columns
  poor: Columns
}
const scenes: Record<string, (stream: Rng) => Scene> = { operators, preconditioners, recommenders }

for (const [track, scene] of Object.entries(scenes)) {
  for (const name of namesIn(`metrics/${track}`)) {
    const metric = await load<Metric>('metric', `metrics/${track}`, name)
    const { facts, truth, perfect, poor } = scene(rng(SEED, track))
    const measure = (predicted: Columns, against = truth) =>
      metric.measure(predicted, against, facts, K[track] ?? 5)

    // a metric of the whole (coverage) is not a mean
    const byRow = measure(poor).perRow !== null

    describe(`metric ${name} of ${track} (seed ${SEED})`, () => {
      if (!BESIDE.has(name))
        it('is best at the truth', () => {
          const [best, worse] = [measure(perfect), measure(poor)]
          const ahead = metric.better === 'lower' ? worse.value - best.value : best.value - worse.value
          assert.ok(ahead > 0, `${best.value} at the truth, ${worse.value} elsewhere`)
          if (metric.better === 'lower') assert.equal(best.value, 0)
        })

      if (byRow)
        it('is the mean of its rows', () => {
          const { perRow, value } = measure(poor)
          assert.equal(perRow!.length, truth.rows)
          const mean = [...perRow!].reduce((sum, one) => sum + one, 0) / perRow!.length
          assert.ok(Math.abs(value - mean) <= 1e-14 * Math.max(1, Math.abs(mean)))
        })

      it('does not care for row order', () => {
        const order = [4, 0, 3, 1, 2]
        const straight = measure(poor)
        const shuffled = measure(take(poor, order), take(truth, order))
        // the same terms in another order
        assert.ok(Math.abs(shuffled.value - straight.value) <= 1e-14 * Math.max(1, Math.abs(straight.value)))
        if (straight.perRow !== null)
          assert.deepEqual(
            [...shuffled.perRow!],
            order.map((row) => straight.perRow![row]),
          )
      })
    })
  }
}

/**
 * Five problems on 3 × 3 nodes. k and x are short binary fractions, so that every sum of A x is exact and the residual of
 * the truth is 0, in whatever order it is summed.
 */
function operators(stream: Rng): Scene {
  const [rows, n] = [5, 3]
  const short = () => Math.round(64 * stream.normal()) / 64
  const x = Float64Array.from({ length: rows * n * n }, short)
  const k = Float64Array.from({ length: rows * (n + 1) ** 2 }, () => 0.25 + Math.abs(short()))
  const rhs = new Float64Array(x.length)
  for (let r = 0; r < rows; r++) {
    const matrix = fivePoint(k.subarray(r * (n + 1) ** 2), n)
    matrix.forEach((line, p) => {
      rhs[r * n * n + p] = line.reduce((sum, entry, q) => sum + entry * x[r * n * n + q]!, 0)
    })
  }
  const row = Int32Array.from({ length: rows }, (_, i) => i)
  const predicted = (change: number) => ({
    rows,
    data: { row, x: Float32Array.from(x, (value) => value + change * stream.normal()) },
  })
  return {
    facts: { grid: n },
    truth: { rows, data: { row, x, k, rhs } },
    perfect: predicted(0),
    poor: predicted(0.3),
  }
}

/** The problems of the operators. Perfect are exact iterates after no step; poor ones claim five and are wrong in every other row. */
function preconditioners(stream: Rng): Scene {
  const { truth, facts } = operators(stream)
  const [n, rows] = [Number(facts.grid), truth.rows]
  const right = truth.data.x as Float64Array
  const predicted = (steps: number, wrong: (row: number) => boolean): Columns => {
    const part = (row: number) => right.slice(row * n * n, (row + 1) * n * n)
    const x = Array.from({ length: rows }, (_, row) =>
      Array.from({ length: 8 }, () => [...part(row)].map((value) => (wrong(row) ? value + 1 : value))),
    )
    const iterations = new Int32Array(8 * rows).fill(steps)
    return { rows, data: { row: truth.data.row!, iterations, x: Float64Array.from(x.flat(2)) } }
  }
  return {
    facts,
    truth,
    perfect: predicted(0, () => false),
    poor: predicted(5, (row) => row % 2 === 1),
  }
}

/** Five users, a catalog of 60; the perfect list begins with the target, the poor one misses it or has it third. */
function recommenders(): Scene {
  const [rows, items, length] = [5, 60, 50]
  const user = Int32Array.from({ length: rows }, (_, i) => i + 1)
  const target = Int32Array.of(7, 60, 1, 33, 20)
  const history = Array.from(target, (item) => Int32Array.of((item % items) + 1, ((item + 1) % items) + 1))
  const others = (at: number) =>
    Array.from({ length: items }, (_, i) => i + 1).filter(
      (i) => i !== target[at] && !history[at]!.includes(i),
    )
  const listed = (at: number, place: number) => {
    const list = others(at)
    if (place >= 0) list.splice(place, 0, target[at]!)
    return list.slice(0, length)
  }
  const predicted = (place: (at: number) => number): Columns => ({
    rows,
    data: { user, items: Int32Array.from([0, 1, 2, 3, 4].flatMap((at) => listed(at, place(at)))) },
  })
  return {
    facts: { items, users: rows, takers: Array.from({ length: items + 1 }, (_, i) => i % 4), takersOf: rows },
    truth: { rows, data: { user, history, target, time: new BigInt64Array(rows) } },
    perfect: predicted(() => 0),
    poor: predicted((at) => (at % 2 === 0 ? -1 : 2)),
  }
}
