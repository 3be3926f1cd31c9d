import assert from 'node:assert/strict'
import type { Init, Noise } from '../../../contracts.ts'
import sasrec from '../../../models/recommenders/sasrec.ts'
import { tf, type Weights } from '../../../tensor/index.ts'
import { apart, drawn, initOf, shaken } from '../values.ts'

const SEED = 31
const facts = { items: 9, length: 5 }
const params = { dim: 4, blocks: 2, heads: 2, dropout: 0.25 }
const build = (init: Init) => sasrec.build(params, facts, init)
const histories = (...rows: number[][]) => tf.tensor(rows.flat(), [rows.length, rows[0]!.length], 'int32')

describe(`sasrec (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('is the network of its head comment, written once more in f64', () => {
    const weights = shaken(drawn(build, SEED), SEED)
    for (const history of [
      [0, 0, 3, 9, 3],
      [1, 2, 3, 4, 5],
    ]) {
      const { states } = build(initOf(weights))({ history: histories(history) }, null)
      const exact = plain(weights, history)
      const real = history.flatMap((item) => Array(params.dim).fill(item > 0)) as boolean[]
      const kept = (values: ArrayLike<number>) => real.flatMap((yes, i) => (yes ? [values[i]!] : []))
      // two blocks in float32 on values near 1, amplified by the norms where a row's spread is small
      assert.ok(apart(kept(states.dataSync()), kept(exact.flat())) < 2e-5)
    }
  })

  it('looks at the past alone', () => {
    const forward = build(initOf(shaken(drawn(build, SEED), SEED)))
    const { states } = forward({ history: histories([1, 2, 3, 4, 5], [1, 2, 3, 7, 8]) }, null)
    const rows = states.arraySync() as number[][][]
    assert.deepEqual(rows[0]!.slice(0, 3), rows[1]!.slice(0, 3))
    assert.notDeepEqual(rows[0]![3], rows[1]![3])
  })

  it('does not know how much padding there is', () => {
    const short = shaken(drawn(build, SEED), SEED)
    const long = (init: Init) => sasrec.build(params, { ...facts, length: 8 }, init)
    const wide = new Map(drawn(long, SEED))
    for (const [name, host] of short) if (name !== 'places') wide.set(name, host)
    wide.get('places')!.data.set(short.get('places')!.data, 3 * params.dim) // the last five places are the same
    const a = build(initOf(short))(
      { history: histories([0, 0, 3, 9, 3]) },
      null,
    ).states.arraySync() as number[][][]
    const b = long(initOf(wide))(
      { history: histories([0, 0, 0, 0, 0, 3, 9, 3]) },
      null,
    ).states.arraySync() as number[][][]
    // the same numbers, summed with more zeros
    assert.ok(apart(a[0]!.slice(2).flat(), b[0]!.slice(5).flat()) < 1e-6)
  })

  it('hands out its item table, one row an item, as the catalog', () => {
    const weights = drawn(build, SEED)
    const { catalog } = build(initOf(weights))({ history: histories([0, 0, 0, 0, 1]) }, null)
    assert.deepEqual(catalog.shape, [9, 4])
    assert.deepEqual([...catalog.dataSync()], [...weights.get('items')!.data])
  })

  it('a history of nothing but padding is finite', () => {
    const { states } = build(initOf(drawn(build, SEED)))({ history: histories([0, 0, 0, 0, 0]) }, null)
    assert.ok(states.dataSync().every(Number.isFinite))
  })

  it('declares its dropout masks once each, and keeps the mean scale', () => {
    const asked: string[] = []
    const ones: Noise = (name, shape, law) => {
      assert.deepEqual(law, { bernoulli: 0.75 })
      asked.push(name)
      return tf.fill([...shape], 0.75) // m / (1 − rate) = 1: as without noise
    }
    const forward = build(initOf(shaken(drawn(build, SEED), SEED)))
    const input = { history: histories([0, 2, 3, 9, 3]) }
    const [noisy, calm] = [forward(input, ones).states.dataSync(), forward(input, null).states.dataSync()]
    assert.ok(apart(noisy, calm) < 1e-6)
    assert.equal(new Set(asked).size, 1 + 3 * params.blocks)
    assert.equal(asked.length, 1 + 3 * params.blocks)
  })

  it('has the weights of its sizes: N D + L D + blocks (4 + 2) (D² + D) + (2 blocks + 1) 2 D', () => {
    let total = 0
    for (const { data } of drawn(
      (init) => sasrec.build(sasrec.defaults, { items: 100, length: 50 }, init),
      SEED,
    ).values())
      total += data.length
    assert.equal(total, 150 * 64 + 2 * 6 * (64 * 64 + 64) + 5 * 2 * 64)
  })

  it('refuses heads that do not divide dim, in one sentence', () => {
    assert.throws(() => drawn((init) => sasrec.build({ ...params, heads: 3 }, facts, init), SEED), {
      name: 'UserError',
      message: "model sasrec: param 'heads' must divide dim 4 (got 3)",
    })
  })
})

// ── the same network on arrays ──

type Row = number[]

function plain(weights: Weights, history: readonly number[]): Row[] {
  const { dim, blocks } = params
  const w = (name: string) => weights.get(name)!.data
  const row = (name: string, i: number): Row => [...w(name).subarray(i * dim, (i + 1) * dim)]
  const real = (i: number) => history[i]! > 0
  const blank = (h: Row[]) => h.map((x, i) => (real(i) ? x : x.map(() => 0)))
  const affine = (x: Row, name: string): Row =>
    x.map((_, o) =>
      x.reduce((sum, v, i) => sum + v * w(`${name}/weight`)[i * dim + o]!, w(`${name}/bias`)[o]!),
    )
  const norm = (x: Row, name: string): Row => {
    const mean = x.reduce((a, b) => a + b) / dim
    const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / dim
    return x.map(
      (v, i) => ((v - mean) / Math.sqrt(variance + 1e-8)) * w(`${name}/gain`)[i]! + w(`${name}/bias`)[i]!,
    )
  }
  const attended = (h: Row[], i: number, name: string): Row => {
    const start = norm(h[i]!, `${name}/norm0`)
    const q = affine(start, `${name}/attention/query`)
    const seen = h.flatMap((x, j) => (j <= i && real(j) ? [x] : []))
    const [k, v] = ['key', 'value'].map((part) => seen.map((x) => affine(x, `${name}/attention/${part}`)))
    return affine(mixedByHead(q, k!, v!), `${name}/attention/output`).map((o, c) => start[c]! + o)
  }
  const block = (h: Row[], name: string): Row[] =>
    h.map((x, i) => {
      if (!real(i)) return x
      const value = norm(attended(h, i, name), `${name}/norm1`)
      const inner = affine(value, `${name}/feed0`).map((v) => Math.max(0, v))
      return affine(inner, `${name}/feed1`).map((v, c) => v + value[c]!)
    })
  let h = blank(
    history.map((item, i) =>
      row('places', i).map((p, c) => p + 2 * (item > 0 ? row('items', item - 1)[c]! : 0)),
    ),
  )
  for (let b = 0; b < blocks; b++) h = blank(block(h, `block${b}`))
  return h.map((x) => norm(x, 'last'))
}

function mixedByHead(q: Row, k: Row[], v: Row[]): Row {
  const d = params.dim / params.heads
  return q.map((_, c) => {
    const head = Math.floor(c / d) * d
    const scores = k.map((key) => {
      let sum = 0
      for (let e = head; e < head + d; e++) sum += q[e]! * key[e]!
      return Math.exp(sum / Math.sqrt(d))
    })
    const total = scores.reduce((a, b) => a + b)
    return scores.reduce((sum, s, j) => sum + (s / total) * v[j]![c]!, 0)
  })
}
