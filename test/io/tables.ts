/** Columns for the tests of io: one of every kind, made of small exact numbers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columns, Schema } from '../../contracts.ts'

/** A folder of its own for each `it` of a `describe`; gives the path of a file in it. */
export function temporaryFolder(): (name?: string) => string {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fieldrank-io-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  return (name = '') => join(folder, name)
}

/** Every type and every kind of shape that a Column may have. */
export const everySchema: Schema = {
  row: { type: 'i32', shape: [], about: 'index' },
  k: { type: 'f32', shape: [3, 3], unit: '1', about: 'a field' },
  x: { type: 'f64', shape: [2, 2], about: 'a field of doubles' },
  contrast: { type: 'f64', shape: [], about: 'a double' },
  weight: { type: 'f32', shape: [], about: 'a float' },
  top: { type: 'i32', shape: [4], about: 'four integers' },
  history: { type: 'i32', shape: ['*'], about: 'a list' },
  time: { type: 'i64', shape: [], about: 'a long' },
  id: { type: 'utf8', shape: [], about: 'text' },
}

export function everyColumn(rows: number): Columns {
  const count = <T>(n: number, f: (i: number) => T) => Array.from({ length: n }, (_, i) => f(i))
  return {
    rows,
    data: {
      row: Int32Array.from(count(rows, (i) => i)),
      k: Float32Array.from(count(rows * 9, (i) => i / 8)),
      x: Float64Array.from(count(rows * 4, (i) => -i / 3)),
      contrast: Float64Array.from(count(rows, (i) => 1 / (i + 1))),
      weight: Float32Array.from(count(rows, (i) => i * 0.1)),
      top: Int32Array.from(count(rows * 4, (i) => 2 ** 31 - 1 - i)),
      history: count(rows, (i) => Int32Array.from(count(i % 4, (j) => i * 10 + j))),
      time: BigInt64Array.from(count(rows, (i) => 2n ** 62n - BigInt(i) ** 3n)),
      id: count(rows, (i) => ['', 'a', 'é', '日本', '🙂', 'it\'s, "quoted"\n'][i % 6]!),
    },
  }
}

/** k, rhs f32 and x f64 as in the operators datasets, on grid n. */
export function fieldSchema(n: number): Schema {
  return {
    row: { type: 'i32', shape: [], about: 'index' },
    k: { type: 'f32', shape: [n + 1, n + 1], about: 'coefficient' },
    rhs: { type: 'f32', shape: [n, n], about: 'right-hand side' },
    x: { type: 'f64', shape: [n, n], about: 'solution' },
    contrast: { type: 'f64', shape: [], about: 'max k / min k' },
  }
}

export function fields(rows: number, n: number): Columns {
  const wave = (length: number, speed: number) =>
    Float64Array.from({ length }, (_, i) => Math.sin(i * speed) + 2)
  return {
    rows,
    data: {
      row: Int32Array.from({ length: rows }, (_, i) => i),
      k: Float32Array.from(wave(rows * (n + 1) ** 2, 0.01)),
      rhs: Float32Array.from(wave(rows * n * n, 1.7)),
      x: wave(rows * n * n, 0.001),
      contrast: wave(rows, 0.5),
    },
  }
}
