import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import mlp from '../../../models/preconditioners/mlp.ts'
import precorrector from '../../../models/preconditioners/precorrector.ts'
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

const SEED = 23

describe(`models/preconditioners/precorrector (seed ${SEED})`, () => {
  it('has the 1170 weights of the published code, started as there', () => {
    const weights = started(precorrector, systemOf(3, SEED))
    assert.equal(
      countOf(weights),
      1 * 16 + 16 + 16 * 16 + 16 + (18 * 16 + 16 + 16 * 16 + 16) + (16 * 16 + 16 + 16 + 1) + 1,
    )
    assert.equal(countOf(weights), 1170)
    assert.deepEqual([...weights.get('alpha')!.data], [0])
    // uniform in ±1/√fan-in: within, and of 288 + 16 numbers some come near
    const update = [...weights.get('update/0/weight')!.data, ...weights.get('update/0/bias')!.data].map(
      Math.abs,
    )
    assert.ok(Math.max(...update) <= 1 / Math.sqrt(18) && Math.max(...update) > 0.95 / Math.sqrt(18))
  })

  it('starts at the classical factor: its first correction is 0 everywhere', () => {
    for (const model of [precorrector, mlp]) {
      const system = systemOf(4, SEED)
      const { correction } = predict(
        model as typeof precorrector,
        model.defaults as typeof precorrector.defaults,
        system,
        started(model as typeof precorrector, system),
      )
      assert.ok(correction!.length > 0 && correction!.every((value) => value === 0))
    }
  })

  for (const aggregation of ['min', 'max', 'sum'])
    for (const staticDiagonal of [false, true])
      it(`is what a loop over edges gives, ${aggregation}${staticDiagonal ? ', diagonal edges static' : ''}`, () => {
        const params = { ...precorrector.defaults, aggregation, staticDiagonal }
        const system = systemOf(3, SEED)
        const weights = shakenWeights(precorrector, params, system, SEED)
        const { correction } = predict(precorrector, params, system, weights)
        close(correction!, inSlots(system, plainCorrection(system, weights, params)))
      })

  it('corrects a factor with fill as well, and nothing where nothing is stored', () => {
    const system = systemOf(3, SEED, 5, (L) => {
      L[4]![2] = -0.7 // two entries of fill in one row, one in another
      L[4]![0] = 0.3
      L[8]![6] = -0.4
    })
    const weights = shakenWeights(precorrector, precorrector.defaults, system, SEED)
    const { correction } = predict(precorrector, precorrector.defaults, system, weights)
    close(correction!, inSlots(system, plainCorrection(system, weights, precorrector.defaults)))
    const { factor } = system.feeds
    assert.ok(correction!.every((value, at) => factor.data[at] !== 0 || value === 0))
    assert.equal(correction!.filter((value) => value !== 0).length, entriesOf(system.L).length)
  })

  it('refuses an aggregation that it does not have', () => {
    const system = systemOf(3, SEED)
    const params = { ...precorrector.defaults, aggregation: 'mean' }
    assert.throws(
      () => shakenWeights(precorrector, params, system, SEED),
      /must be min, max or sum \(got 'mean'\)/,
    )
  })

  it('grows with the factor: of twice the factor, twice the correction', () => {
    const once = systemOf(3, SEED)
    const twice: System = {
      ...once,
      feeds: {
        ...once.feeds,
        factor: { ...once.feeds.factor, data: once.feeds.factor.data.map((v) => 2 * v) },
      },
    }
    const weights = shakenWeights(precorrector, precorrector.defaults, once, SEED)
    const [a, b] = [once, twice].map(
      (system) => predict(precorrector, precorrector.defaults, system, weights).correction!,
    )
    assert.deepEqual(
      b,
      a!.map((value) => 2 * value),
    ) // a power of 2 rounds nothing
  })
})

describe(`models/preconditioners/mlp (seed ${SEED})`, () => {
  it('has 50 weights, and corrects each entry by itself', () => {
    const system = systemOf(3, SEED)
    const weights = shakenWeights(mlp, mlp.defaults, system, SEED)
    assert.equal(countOf(weights), 50)
    const s = largest(system.L)
    const entry = plainPerceptron(weights, 'entry')
    const alpha = weights.get('alpha')!.data[0]!
    const expected = system.L.map((row) =>
      row.map((value) => (value === 0 ? 0 : alpha * s * entry([value / s])[0]!)),
    )
    close(predict(mlp, mlp.defaults, system, weights).correction!, inSlots(system, expected))
  })
})

function started(model: typeof precorrector, { n, width }: System): Weights {
  return collectWeights(
    (init) => model.build(model.defaults, { grid: n, width }, init),
    (name) => rng(SEED, name),
  )
}

function countOf(weights: Weights): number {
  return [...weights.values()].reduce((total, { data }) => total + data.length, 0)
}

/** The correction as a dense matrix, written from the paper: a map of edges and an array of nodes. */
function plainCorrection({ L }: System, weights: Weights, params: typeof precorrector.defaults): Dense {
  const s = largest(L)
  const [encode, update, decode] = ['encode', 'update', 'decode'].map((name) =>
    plainPerceptron(weights, name),
  )
  const edges = entriesOf(L)
  let e = edges.map(([i, j]) => encode!([L[i]![j]! / s]))
  let v = L.map(() => 1)
  for (let round = 0; round < params.rounds; round++) {
    const before = v
    v = L.map((_, node) => {
      const heard = edges.flatMap(([i, j], at) => (i === node ? [e[at]![0]! * before[j]!] : []))
      if (params.aggregation === 'sum') return heard.reduce((sum, value) => sum + value, 0)
      return params.aggregation === 'min' ? Math.min(...heard) : Math.max(...heard)
    })
    e = edges.map(([i, j], at) =>
      params.staticDiagonal && i === j ? e[at]! : update!([...e[at]!, v[i]!, v[j]!]),
    )
  }
  const alpha = weights.get('alpha')!.data[0]!
  const correction = L.map((row) => new Float64Array(row.length))
  for (const [at, [i, j]] of edges.entries()) correction[i]![j] = alpha * s * decode!(e[at]!)[0]!
  return correction
}

function largest(L: Dense): number {
  return Math.max(...L.flatMap((row) => [...row].map(Math.abs)))
}

/** Entries of a dense matrix in the slots of the factor of a system. */
function inSlots({ feeds, width }: System, dense: Dense): number[] {
  return Array.from(feeds.columns.data, (column, at) =>
    feeds.factor.data[at] === 0 ? 0 : dense[Math.floor(at / width)]![column]!,
  )
}

/** float32 through 12 layers, sums of some dozen numbers each: 1e-6 of the largest was seen. */
function close(found: readonly number[], right: readonly number[]): void {
  const size = Math.max(...right.map(Math.abs))
  assert.ok(size > 1e-3 && found.length === right.length)
  for (const [at, value] of right.entries())
    assert.ok(Math.abs(found[at]! - value) <= 2e-5 * size, `slot ${at}: ${found[at]}, expected ${value}`)
}
