import assert from 'node:assert/strict'
import { tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'

const a = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3])
const b = tf.tensor([1, 0, 2, 1, 0, 3], [3, 2])

describe('tensor op einsum', () => {
  const cases: [string, Tensor[], number[], number[]][] = [
    ['ij,jk->ik', [a, b], [2, 2], [5, 11, 14, 23]], // (1, 2, 3) · (1, 2, 0) = 5
    ['ij,jk->ki', [a, b], [2, 2], [5, 14, 11, 23]],
    ['ij->ji', [a], [3, 2], [1, 4, 2, 5, 3, 6]],
    ['ij->i', [a], [2], [6, 15]],
    ['ij->', [a], [], [21]],
    ['ij,ij->', [a, a], [], [91]], // 1 + 4 + 9 + 16 + 25 + 36
    ['ij,ij->j', [a, a], [3], [17, 29, 45]],
    ['i,j->ij', [tf.tensor([1, 2]), tf.tensor([3, 5])], [2, 2], [3, 5, 6, 10]],
    ['ij,k->i', [a, tf.tensor([1, 1])], [2], [12, 30]], // a letter that only one operand has is summed
    ['ij,jk,k->i', [a, b, tf.tensor([1, 10])], [2], [115, 244]],
  ]
  for (const [equation, tensors, shape, values] of cases)
    it(equation, () => {
      const y = tf.einsum(equation, ...tensors)
      assert.deepEqual(y.shape, shape)
      assert.deepEqual([...y.dataSync()], values)
    })

  it('agrees with the kernel of TensorFlow.js, which has no gradient', () => {
    const [x, y] = [tf.linspace(-1, 1, 24).reshape([2, 3, 4]), tf.linspace(2, -1, 24).reshape([4, 2, 3])]
    const attrs = { equation: 'abc,cad->bda' }
    const wanted = tf.engine().runKernel('Einsum', [x, y] as never, attrs) as Tensor
    const got = tf.einsum(attrs.equation, x, y)
    assert.deepEqual(got.shape, wanted.shape)
    const error = got.sub(wanted).abs().max().dataSync()[0]!
    assert.ok(error < 1e-6, `${error}`) // float32 sums of four products of order one
  })
  it('refuses what it cannot do, in a sentence', () => {
    assert.throws(() => tf.einsum('ii->i', tf.eye(2)), /'ii->i': a letter stands twice in 'ii'/)
    assert.throws(() => tf.einsum('...i->i', a), /must be letters/)
    assert.throws(() => tf.einsum('ij->ik', a), /no operand has 'k'/)
    assert.throws(() => tf.einsum('ij,jk->ik', a), /2 operands, got 1 tensors/)
    assert.throws(() => tf.einsum('ij,jk->ik', a, a), /'j' is 3 and 2/)
    assert.throws(() => tf.einsum('i->i', a), /operand 0 has 1 letters, its tensor is \[2,3\]/)
  })
})
