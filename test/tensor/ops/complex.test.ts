import assert from 'node:assert/strict'
import {
  type Complex,
  conjugate,
  matMulComplex,
  multiplyComplex,
  squaredAbs,
  tf,
} from '../../../tensor/index.ts'

const pair = (re: number[], im: number[], shape?: number[]): Complex => ({
  re: tf.tensor(re, shape),
  im: tf.tensor(im, shape),
})
const read = ({ re, im }: Complex) => [[...re.dataSync()], [...im.dataSync()]]

describe('tensor ops on complex pairs', () => {
  it('(1 + 2i)(3 + 4i) = −5 + 10i', () =>
    assert.deepEqual(read(multiplyComplex(pair([1], [2]), pair([3], [4]))), [[-5], [10]]))
  it('z z̄ = |z|²', () => {
    const z = pair([3, 0], [4, -2])
    assert.deepEqual(read(multiplyComplex(z, conjugate(z))), [
      [25, 4],
      [0, 0],
    ])
    assert.deepEqual([...squaredAbs(z).dataSync()], [25, 4])
  })
  it('i times a matrix turns it by a quarter', () => {
    const i = pair([0, 0, 0, 0], [1, 0, 0, 1], [2, 2])
    const [re, im] = read(matMulComplex(i, pair([1, 2, 3, 4], [5, 6, 7, 8], [2, 2])))
    assert.deepEqual(re, [-5, -6, -7, -8])
    assert.deepEqual(im, [1, 2, 3, 4])
  })
  it('d|z|²/dz = 2 (re, im)', () => {
    const [byRe, byIm] = tf.grads((re, im) => squaredAbs({ re, im }).sum())([tf.tensor([3]), tf.tensor([-2])])
    assert.deepEqual([byRe!.dataSync()[0], byIm!.dataSync()[0]], [6, -4])
  })
})
