import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Lower, lowerOf, preconditionerFrom } from '../../../solvers/factors/lower.ts'
import { corrected, readRows, widthOf, writeRows } from '../../../solvers/factors/rows.ts'
import { fullOf } from './dense.ts'

/** [2 0 0; 1 −1 0; 0 3 4] */
const three: Lower = {
  size: 3,
  starts: Int32Array.of(0, 1, 3, 5),
  columns: Int32Array.of(0, 1, 0, 2, 1),
  values: Float64Array.of(2, -1, 1, 4, 3),
}

describe('solvers/factors', () => {
  it('solves L Lᵀ z = r as on paper, whatever the sign of a diagonal entry', () => {
    // L Lᵀ = [4 2 0; 2 2 −3; 0 −3 25] times (1, 2, 3)
    const precondition = preconditionerFrom(three)
    assert.ok(typeof precondition !== 'string')
    const z = new Float64Array(3)
    precondition(Float64Array.of(8, -3, 69), z)
    assert.deepEqual([...z], [1, 2, 3])
  })

  it('says what is wrong with a factor', () => {
    assert.equal(preconditionerFrom('breakdown'), 'breakdown')
    assert.equal(preconditionerFrom({ ...three, values: Float64Array.of(2, 0, 1, 4, 3) }), 'breakdown')
    for (const value of [Number.NaN, Infinity])
      assert.equal(
        preconditionerFrom({ ...three, values: Float64Array.of(2, -1, 1, 4, value) }),
        'non-finite',
      )
  })

  it('writes rows of slots, the diagonal first, and its own row where nothing is stored', () => {
    const [factor, columns] = [new Float32Array(9).fill(9), new Int32Array(9).fill(9)]
    assert.equal(widthOf(three), 2)
    writeRows(three, 3, factor, columns)
    assert.deepEqual([...factor], [2, 0, 0, -1, 1, 0, 4, 3, 0])
    assert.deepEqual([...columns], [0, 0, 0, 1, 0, 1, 2, 1, 2])
    assert.throws(() => writeRows(three, 1, factor, columns), /a row of 2 entries in 1 slots/)
  })

  it('adds a correction to what is stored, and to nothing else', () => {
    const correction = Float32Array.of(1, 7, 0.5, 0, 0, -3)
    assert.deepEqual([...corrected(three, correction, 2).values], [3, -0.5, 1, 4, 0])
    assert.deepEqual(corrected(three, new Float32Array(6), 2), three)
    assert.throws(() => corrected(three, correction, 3), /6 numbers, expected 3 × 3/)
  })

  it('reads back what it wrote', () => {
    const row = (p: number) =>
      fc.tuple(fc.uniqueArray(fc.nat(Math.max(0, p - 1)), { maxLength: p }), fc.nat(99))
    const rows = fc.nat(6).chain((size) => fc.tuple(...Array.from({ length: size }, (_, p) => row(p))))
    fc.assert(
      fc.property(rows, fc.nat(2), (drawn, more) => {
        const lower = lowerOf(drawn.length, drawn.length + 1, (p, at, columns, values) => {
          const before = p === 0 ? [] : [...drawn[p]![0]].sort((a, b) => a - b)
          for (const [slot, q] of [p, ...before].entries()) {
            columns[at + slot] = q
            values[at + slot] = 1 + drawn[p]![1] + slot
          }
          return at + 1 + before.length
        })
        const width = widthOf(lower) + more
        const [factor, columns] = [new Float64Array(lower.size * width), new Int32Array(lower.size * width)]
        writeRows(lower, width, factor, columns)
        if (lower.size > 0) assert.deepEqual(readRows(factor, columns, width), lower)
        if (lower.size > 0) assert.deepEqual(fullOf(readRows(factor, columns, width)), fullOf(lower))
      }),
    )
  })
})
