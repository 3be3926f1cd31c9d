/** lightgcn and ngcf, and what they stand on: the oracle is dense arithmetic on a graph of nine nodes. */
import assert from 'node:assert/strict'
import { adam } from '../../../baselines/adam.ts'
import { graphOf } from '../../../baselines/graph.ts'
import { gradientsAt, type Network } from '../../../baselines/graph-training.ts'
import { incidenceOf } from '../../../baselines/incidence.ts'
import { graphLayer } from '../../../baselines/layer.ts'
import lightgcn, { averaging } from '../../../baselines/recommenders/lightgcn.ts'
import ngcf, { stacked } from '../../../baselines/recommenders/ngcf.ts'
import { rng } from '../../../math/rng.ts'
import { binary, scoresOf, tastes } from '../asked.ts'

const SEED = 13
const log = { items: 5, sequences: [[1, 2], [2, 3, 4], [1, 4], [2]] } // item 5 has no neighbors
const [U, N, DIM] = [4, 5, 3]
const incidence = incidenceOf({ items: N, sequences: log.sequences.map((one) => Int32Array.from(one)) })
const graph = graphOf(incidence)
const random = () => rng(SEED, 'graph')
const start = () =>
  Float64Array.from({ length: (U + N) * DIM }, () => 0).map(
    (
      (r) => () =>
        r.normal()
    )(random()),
  )
const triples = Int32Array.of(0, U + 0, U + 3, 1, U + 2, U + 4, 0, U + 1, U + 2)

/** L as a full matrix. */
function dense(): number[][] {
  const x = binary(log)
  const a = Array.from({ length: U + N }, (_, r) =>
    Array.from({ length: U + N }, (_, c) =>
      r < U && c >= U ? x[r]![c - U]! : c < U && r >= U ? x[c]![r - U]! : 0,
    ),
  )
  const degree = a.map((row) => row.reduce((sum, value) => sum + value, 0))
  return a.map((row, r) =>
    row.map((value, c) => (value === 0 ? 0 : value / Math.sqrt(degree[r]! * degree[c]!))),
  )
}

const times = (m: number[][], e: number[][]) =>
  m.map((row) => e[0]!.map((_, f) => row.reduce((sum, value, c) => sum + value * e[c]![f]!, 0)))
const rowsOf = (flat: Float64Array, width: number) =>
  Array.from({ length: flat.length / width }, (_, r) => [...flat.subarray(r * width, (r + 1) * width)])

describe(`graphs of who took what (seed ${SEED})`, () => {
  it('spreads by the normalized matrix', () => {
    const to = new Float64Array((U + N) * DIM)
    graph.spread(start(), to, DIM)
    near(to, times(dense(), rowsOf(start(), DIM)).flat())
  })

  it('gathers for a new user as for one who is there', () => {
    const [all, one] = [new Float64Array((U + N) * DIM), new Float64Array(DIM)]
    graph.spread(start(), all, DIM)
    graph.gather(Int32Array.of(1, 2, 3), start(), one)
    near(one, [...all.subarray(DIM, 2 * DIM)]) // user 1 took 2 3 4, and the degrees are what they are with him
  })

  it('lightgcn is the mean of E, L E, L² E, L³ E', () => {
    const e = rowsOf(start(), DIM)
    const layers = [e]
    for (let k = 0; k < 3; k++) layers.push(times(dense(), layers[k]!))
    const mean = e.map((row, r) =>
      row.map((_, f) => layers.reduce((sum, layer) => sum + layer[r]![f]! / 4, 0)),
    )
    near(averaging(graph, start(), DIM, 3).forward(), mean.flat())
  })

  it('ngcf is its layers side by side', () => {
    const network = openNgcf()
    let e = rowsOf(start(), DIM)
    const layers = [e]
    for (const k of [0, 1]) {
      const [w1, w2] = [network.weights[1 + 2 * k]!, network.weights[2 + 2 * k]!].map((w) => rowsOf(w, DIM))
      const m = times(dense(), e)
      const one = times(
        e.map((row, r) => row.map((value, f) => value + m[r]![f]!)),
        w1!,
      )
      const two = times(
        e.map((row, r) => row.map((value, f) => value * m[r]![f]!)),
        w2!,
      )
      e = one.map((row, r) => row.map((value, f) => value + two[r]![f]!).map((s) => (s > 0 ? s : 0.2 * s)))
      layers.push(e)
    }
    near(
      network.forward(),
      layers[0]!.flatMap((_, r) => layers.flatMap((layer) => layer[r]!)),
    )
  })

  for (const [name, open, dropped] of [
    ['lightgcn', () => averaging(graph, start(), DIM, 3), false],
    ['ngcf', openNgcf, false],
    ['ngcf with dropout', openNgcf, true],
  ] as const)
    it(`${name}: the gradients by hand are finite differences`, () => {
      const drops = () => (dropped ? rng(SEED, 'drops') : undefined)
      const upstream = (network: Network) => new Float64Array((U + N) * network.width)
      const network = open()
      gradientsAt(network, triples, 0.1, upstream(network), drops())
      for (const [w, { length }] of network.weights.entries())
        for (let n = 0; n < length; n++) {
          const at = (h: number) => {
            const other = open()
            other.weights[w]![n]! += h
            return gradientsAt(other, triples, 0.1, upstream(other), drops())
          }
          const slope = (at(1e-5) - at(-1e-5)) / 2e-5
          const found = network.gradients[w]![n]!
          assert.ok(Math.abs(found - slope) < 1e-8, `weight ${w} at ${n}: ${found}, ${slope}`) // 1e-16 / 1e-5, and h² = 1e-10
        }
    })

  it('Adam takes its first step at full rate, its second as on paper', () => {
    const values = Float64Array.of(1)
    const step = adam(values, 0.1)
    step(Float64Array.of(4))
    assert.ok(Math.abs(values[0]! - 0.9) < 1e-9) // m̂ / √v̂ = 4 / 4
    step(Float64Array.of(-2))
    const [m, v] = [(0.9 * 0.4 - 0.2) / (1 - 0.81), (0.999 * 0.016 + 0.004) / (1 - 0.999 ** 2)]
    assert.ok(Math.abs(values[0]! - (0.9 - (0.1 * m) / (Math.sqrt(v) + 1e-8))) < 1e-9)
  })
})

function openNgcf(): Network {
  const stream = rng(SEED, 'layers')
  const body = [0, 1].map(() => graphLayer(graph, DIM, 0.25, stream))
  return stacked(graph, start(), body, DIM)
}

const small = { dim: 8, steps: 300, batch: 64, rate: 0.02 }
for (const [name, ranker] of [
  ['lightgcn', lightgcn],
  ['ngcf', ngcf],
] as const) {
  const ask = (given: ReturnType<typeof tastes>, history: number[], user?: number) => {
    const params = { ...ranker.defaults, ...small } as never
    const train = { items: given.items, sequences: given.sequences.map((one) => Int32Array.from(one)) }
    const scores = new Float64Array(given.items + 1).fill(9)
    ranker.fit(train, params)(Int32Array.from(history), scores, user)
    return [...scores.subarray(1)]
  }
  describe(`baseline ${name} (seed 8)`, () => {
    it('finds the tastes, of a user of training and of somebody new', () => {
      const given = tastes(8, { users: 60 })
      const mean = (scores: number[], residue: number) =>
        scores.filter((_, i) => i % 3 === residue).reduce((sum, value) => sum + value, 0) / 8
      for (const [history, user] of [
        [[2], 1],
        [[2, 5, 8], undefined],
      ] as const) {
        const scores = ask(given, [...history], user) // user 1 is of group 1, items 2, 5, 8, …
        assert.ok(mean(scores, 1) > Math.max(mean(scores, 0), mean(scores, 2)), `${scores}`)
      }
    })

    it('repeats itself under one seed, and ignores order and repeats of a history', () => {
      const given = tastes(9)
      assert.deepEqual(ask(given, [3, 9]), ask(given, [9, 3, 3]))
    })

    it('takes nobody to learn from, and a history of nothing', () => {
      const nobody = scoresOf(ranker as typeof lightgcn, { items: 2, sequences: [] }, [1])
      assert.ok(nobody.every(Number.isFinite))
      assert.deepEqual(ask(tastes(9), []), Array(24).fill(0))
    })
  })
}

/** Sums of a few numbers of order one in another order. */
function near(found: ArrayLike<number>, right: readonly number[]): void {
  assert.equal(found.length, right.length)
  for (const [n, value] of right.entries())
    assert.ok(Math.abs(found[n]! - value) < 1e-13, `${n}: ${found[n]}, expected ${value}`)
}
