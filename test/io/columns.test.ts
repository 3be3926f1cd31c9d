import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Columns, Schema, Values } from '../../contracts.ts'
import { concat, misfit, pick, slice, take, widthOf } from '../../io/columns.ts'
import { convert } from '../../io/convert.ts'
import { everyColumn, everySchema } from './tables.ts'

describe('columns', () => {
  it('widths: the product of a shape, a list counting once', () => {
    assert.deepEqual(
      [[], [3], [65, 65], ['*']].map((shape) => widthOf(shape as number[])),
      [1, 3, 4225, 1],
    )
  })

  it('a run of rows, by hand', () => {
    const columns: Columns = { rows: 3, data: { k: Float32Array.of(1, 2, 3, 4, 5, 6), id: ['a', 'b', 'c'] } }
    assert.deepEqual(slice(columns, 1, 3), {
      rows: 2,
      data: { k: Float32Array.of(3, 4, 5, 6), id: ['b', 'c'] },
    })
    assert.deepEqual(take(columns, [2, 0, 2]), {
      rows: 3,
      data: { k: Float32Array.of(5, 6, 1, 2, 5, 6), id: ['c', 'a', 'c'] },
    })
    assert.deepEqual(slice(columns, 2, 9).rows, 1)
    assert.deepEqual(slice(columns, 3, 3), { rows: 0, data: { k: Float32Array.of(), id: [] } })
  })

  it('cut anywhere and joined again is the same; taking a range is slicing it', () => {
    const rows = fc.integer({ min: 1, max: 20 })
    const property = fc.property(rows, fc.nat(20), fc.nat(20), (n, a, b) => {
      const columns = everyColumn(n)
      const [from, to] = [Math.min(a, b, n), Math.min(Math.max(a, b), n)]
      const parts = [slice(columns, 0, from), slice(columns, from, to), slice(columns, to, n)]
      assert.deepEqual(concat(parts), columns)
      assert.deepEqual(
        take(
          columns,
          Array.from({ length: to - from }, (_, i) => from + i),
        ),
        parts[1],
      )
    })
    fc.assert(property, { numRuns: 200, seed: 1 }) // seed 1
  })

  it('slices share no memory with what they were cut from', () => {
    const columns = everyColumn(4)
    ;(slice(columns, 0, 1).data.k as Float32Array)[0] = 99
    assert.equal((columns.data.k as Float32Array)[0], 0)
  })

  it('picks in the order asked', () => {
    assert.deepEqual(Object.keys(pick(everyColumn(2), ['x', 'row']).data), ['x', 'row'])
    assert.throws(() => concat([]), /no parts/)
  })

  it('says in which way columns do not fit a schema', () => {
    const columns = everyColumn(3)
    const without = (name: string) => ({
      rows: 3,
      data: Object.fromEntries(Object.entries(columns.data).filter(([n]) => n !== name)),
    })
    const having = (name: string, values: Values) => ({ rows: 3, data: { ...columns.data, [name]: values } })
    assert.equal(misfit(columns, everySchema), null)
    assert.equal(misfit(everyColumn(0), everySchema), null)
    assert.equal(misfit(without('k'), everySchema), "column 'k' is missing")
    assert.equal(misfit({ ...columns, rows: 2 }, everySchema), "column 'row' has 3 values, expected 2")
    assert.equal(misfit(having('k', new Float64Array(27)), everySchema), "column 'k' is not of type f32")
    assert.equal(
      misfit(having('history', new Int32Array(3)), everySchema),
      "column 'history' is not of type i32",
    )
    assert.equal(
      misfit(having('extra', new Int32Array(3)), everySchema),
      "column 'extra' is not in the schema",
    )
    const { k: _, ...rest } = everySchema as Record<string, Schema[string]>
    assert.equal(misfit(columns, rest), "column 'k' is not in the schema")
  })
})

describe('columns: conversion', () => {
  it('gives the same array where the type is right', () => {
    for (const [type, values] of Object.entries({
      f32: Float32Array.of(1),
      i64: BigInt64Array.of(1n),
      utf8: ['a'],
    }))
      assert.equal(convert(values, type as 'f32', 'c'), values)
  })

  it('widens and narrows as far as no integer is lost', () => {
    assert.deepEqual(convert(Float64Array.of(0.1), 'f32', 'c'), Float32Array.of(0.1)) // rounded
    assert.deepEqual(convert(Int8Array.of(-1), 'f64', 'c'), Float64Array.of(-1))
    assert.deepEqual(convert(BigInt64Array.of(-(2n ** 31n)), 'i32', 'c'), Int32Array.of(-(2 ** 31)))
    assert.deepEqual(convert(Uint32Array.of(2 ** 32 - 1), 'i64', 'c'), BigInt64Array.of(4294967295n))
    assert.deepEqual(convert(BigInt64Array.of(3n), 'f32', 'c'), Float32Array.of(3))
    const refused = (values: Parameters<typeof convert>[0], type: 'i32' | 'i64' | 'f64', message: RegExp) =>
      assert.throws(() => convert(values, type, 'c'), { name: 'UserError', message })
    refused(
      BigInt64Array.of(0n, 2n ** 31n),
      'i32',
      /c: value 2147483648 \(number 1 of the column\) does not fit i32/,
    )
    refused(BigUint64Array.of(2n ** 63n), 'i64', /does not fit i64/)
    refused(Float32Array.of(1), 'i32', /c holds floats, expected i32/)
    refused(['1'], 'f64', /c holds text, expected f64/)
  })
})
