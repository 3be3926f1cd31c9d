import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import naiveGnn from '../../../models/preconditioners/naive-gnn.ts'
import type { Weights } from '../../../tensor/index.ts'
import { collectWeights } from '../../../tensor/init.ts'
import {
  type Dense,
  entriesOf,
  plainPerceptron,
  predict,
  type System,
  shakenWeights,
  systemOf,
} from './systems.ts'

const SEED = 29

describe(`models/preconditioners/naive-gnn (seed ${SEED})`, () => {
  it('has the 2753 weights of the published code', () => {
    const weights = started(systemOf(3, SEED))
    const count = [...weights.values()].reduce((total, { data }) => total + data.length, 0)
    assert.equal(count, 304 + 304 + (32 * 16 + 16 + 272) + (48 * 16 + 16 + 272) + 289)
    assert.equal(count, 2753)
  })

  it('starts at the root of the diagonal, and nothing beside it', () => {
    const system = systemOf(4, SEED)
    const { correction } = predict(naiveGnn, naiveGnn.defaults, system, started(system))
    const whole = correction!.map((value, at) => value + system.feeds.factor.data[at]!)
    for (const [at, column] of system.feeds.columns.data.entries()) {
      const row = Math.floor(at / system.width)
      const expected = at % system.width === 0 ? Math.sqrt(system.dense[row]![row]!) : 0
      assert.ok(Math.abs(whole[at]! - expected) <= 1e-5, `${row}, ${column}: ${whole[at]}`) // float32 of numbers of size 10
    }
  })

  it('is what a loop over edges gives, both ways of an edge averaged', () => {
    const system = systemOf(3, SEED)
    const weights = shakenWeights(naiveGnn, naiveGnn.defaults, system, SEED)
    compare(
      system,
      predict(naiveGnn, naiveGnn.defaults, system, weights).correction!,
      plainFactor(system, weights),
    )
  })

  it('takes away what a factor has outside the pattern of the matrix', () => {
    const system = systemOf(3, SEED, 5, (L) => {
      L[4]![2] = -0.7 // the first node of a row and the last of the one before: no neighbors
      L[3]![2] = 0.9
      L[8]![6] = -0.4
    })
    const weights = shakenWeights(naiveGnn, naiveGnn.defaults, system, SEED)
    const { correction } = predict(naiveGnn, naiveGnn.defaults, system, weights)
    compare(system, correction!, plainFactor(system, weights))
    const fill = system.feeds.columns.data.findIndex((column, at) => Math.floor(at / 5) === 3 && column === 2)
    assert.equal(correction![fill], -Math.fround(0.9))
  })
})

function started({ n, width }: System): Weights {
  return collectWeights(
    (init) => naiveGnn.build(naiveGnn.defaults, { grid: n, width }, init),
    (name) => rng(SEED, name),
  )
}

/** The factor, dense, written from the description in the file: a list of edges and an array of nodes. */
function plainFactor({ dense, b }: System, weights: Weights): Dense {
  const [nodes, edges, node, edge, decode] = ['nodes', 'edges', 'node', 'edge', 'decode'].map((name) =>
    plainPerceptron(weights, name),
  )
  const pairs = entriesOf(dense)
  const s = Math.max(...dense.flatMap((row) => [...row].map(Math.abs)))
  let v = [...b].map((value) => nodes!([value]))
  let e = pairs.map(([i, j]) => edges!([dense[i]![j]! / s]))
  for (let round = 0; round < naiveGnn.defaults.rounds; round++) {
    const before = v
    v = before.map((own, i) => {
      const heard = own.map((_, c) =>
        pairs.reduce((sum, [from, to], at) => (from === i ? sum + e[at]![c]! * before[to]![c]! : sum), 0),
      )
      return node!([...own, ...heard])
    })
    e = pairs.map(([i, j], at) => edge!([...e[at]!, ...v[i]!, ...v[j]!]))
  }
  const d = dense.map((row) => new Float64Array(row.length))
  for (const [at, [i, j]] of pairs.entries()) d[i]![j] = decode!(e[at]!)[0]!
  return dense.map((row, i) =>
    row.map((value, j) => {
      if (i === j) return Math.sqrt(value)
      return j < i && value !== 0 ? (Math.sqrt(s) * (d[i]![j]! + d[j]![i]!)) / 2 : 0
    }),
  )
}

/** float32 through 12 layers whose products of edges and nodes grow: 1e-6 of the largest was seen. */
function compare({ feeds, width }: System, correction: readonly number[], factor: Dense): void {
  const right = Array.from(feeds.columns.data, (column, at) =>
    feeds.factor.data[at] === 0 ? 0 : factor[Math.floor(at / width)]![column]! - feeds.factor.data[at]!,
  )
  const size = Math.max(...right.map(Math.abs))
  for (const [at, value] of right.entries())
    assert.ok(
      Math.abs(correction[at]! - value) <= 2e-5 * size,
      `slot ${at}: ${correction[at]}, expected ${value}`,
    )
}
