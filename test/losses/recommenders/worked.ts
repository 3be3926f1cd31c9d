/** The worked case as a batch: two users with three places each, everything real, and negatives by hand. */
import assert from 'node:assert/strict'
import type { Noise } from '../../../contracts.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'
import { golden } from './reference.ts'

export const output = () => ({
  states: tf.tensor(golden.X.flat(), [2, 3, 4]),
  catalog: tf.tensor(golden.W.flat(), [10, 4]),
})

/** `history` holds items 1…N, as `target` does; 0 is padding. */
export function batchOf(target: readonly number[], history: readonly number[] = target.map(() => 0)) {
  return {
    input: { history: tf.tensor([...history], [2, 3], 'int32') },
    target: tf.tensor([...target], [2, 3], 'int32'),
  }
}

/** All of the worked case's next items. */
export const worked = () => batchOf(golden.y.map((row) => row + 1))

/** Noise that must be asked for once, by this name and shape; `rows` are catalog rows. */
export function negativesAre(rows: readonly number[], shape: readonly number[]): Noise {
  return (name, asked, law) => {
    assert.deepEqual([name, asked, law], ['negatives', shape, { integer: 10 }])
    return tf.tensor([...rows], [...shape], 'int32')
  }
}

export const numberOf = (scalar: Tensor) => scalar.dataSync()[0]!

/** A handful of float32 roundings of numbers near 4: measured 3e-7 at most. */
export const F32 = 1e-6
