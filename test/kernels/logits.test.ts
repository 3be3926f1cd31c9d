import assert from 'node:assert/strict'
import { openLogits } from '../../kernels/logits.ts'
import { rng } from '../../math/rng.ts'

const seed = 17

describe('kernels/logits', () => {
  it('multiplies by hand', () => {
    const { states, load, multiply } = openLogits({ rows: 2, items: 5, width: 2 })
    states.set([1, 2, /**/ 0, -1])
    load(Float32Array.of(3, 4, /**/ 5, 6, /**/ 7, 8, /**/ 0, 1, /**/ -2, 0.5))
    const scores = multiply(2)
    assert.deepEqual([...scores(0)], [11, 17, 23, 2, -1])
    assert.deepEqual([...scores(1)], [-4, -6, -8, -1, -0.5])
    load(Float32Array.of(1, 1))
    assert.deepEqual([...multiply(1)(0)], [3]) // a shorter tile: nothing of the one before
  })

  for (const [rows, items, width] of [
    [32, 301, 7],
    [5, 4, 1],
    [1, 1, 64],
  ] as const)
    it(`gives the digits of a plain loop: ${rows} × ${items} × ${width} (seed ${seed})`, () => {
      const stream = rng(seed, `${rows}`)
      const { states, load, multiply } = openLogits({ rows, items, width })
      for (let i = 0; i < rows * width; i++) states[i] = stream.normal()
      const catalog = Float32Array.from({ length: items * width }, () => stream.normal())
      load(catalog)
      const scores = multiply(rows)
      for (let r = 0; r < rows; r++) {
        const row = scores(r)
        assert.equal(row.length, items)
        for (let j = 0; j < items; j++) {
          let sum = 0
          for (let d = 0; d < width; d++) sum += states[r * width + d]! * catalog[j * width + d]!
          assert.equal(row[j], sum) // the same additions in the same order
        }
      }
    })

  it('keeps NaN and infinity where they are', () => {
    const { states, load, multiply } = openLogits({ rows: 4, items: 4, width: 1 })
    states.set([1, Number.NaN, Number.POSITIVE_INFINITY, 0])
    load(Float32Array.of(2, 0))
    const scores = multiply(4)
    assert.deepEqual(
      [0, 1, 2, 3].map((r) => [...scores(r)]),
      [
        [2, 0],
        [Number.NaN, Number.NaN],
        [Number.POSITIVE_INFINITY, Number.NaN],
        [0, 0],
      ],
    )
  })

  it('refuses what it has no room for', () => {
    const { load, multiply } = openLogits({ rows: 1, items: 4, width: 2 })
    assert.throws(() => load(new Float32Array(10)), /10 numbers is not 4 rows of 2 or fewer/)
    assert.throws(() => load(new Float32Array(3)), /3 numbers/)
    assert.throws(() => multiply(5), /5 rows, at most 4/)
  })
})
