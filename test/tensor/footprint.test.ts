import assert from 'node:assert/strict'
import { footprint } from '../../tensor/footprint.ts'
import type { Value } from '../../tensor/graph.ts'
import { tf } from '../../tensor/index.ts'
import type { Program } from '../../tensor/program.ts'
import { traceProgram } from '../../tensor/runtime.ts'
import type { Tensor } from '../../tensor/types.ts'

/** Of one input x [10, 20]: 800 bytes a tensor of its size. */
const bytesOf = (f: (x: Tensor) => Tensor, elements?: (value: Value) => number) => {
  const program: Program = {
    inputs: { x: { shape: [10, 20], dtype: 'float32' } },
    run: ({ x }) => ({ y: f(x!) }),
  }
  return footprint(traceProgram(program).graph, elements)
}

describe('tensor/footprint', () => {
  it('holds one tensor where each is made from the one before in place', () => {
    assert.equal(
      bytesOf((x) => x.sigmoid().tanh().square()),
      800,
    )
  })

  it('holds two where an operand is read again later', () => {
    const twice = (x: Tensor) => {
      const y = x.sigmoid()
      return y.tanh().mul(y)
    }
    assert.equal(bytesOf(twice), 1600)
  })

  it('takes a reshape for its source', () => {
    assert.equal(
      bytesOf((x) => x.sigmoid().reshape([200]).tanh()),
      800,
    )
  })

  it('frees what was read for the last time', () => {
    // x xᵀ [10, 10] twice over: 400, then the next product beside it
    assert.equal(
      bytesOf((x) => tf.matMul(tf.matMul(x, x, false, true), x).sum()),
      400 + 800,
    )
    assert.equal(
      bytesOf((x) => tf.matMul(x, x, false, true).sum()),
      400 + 4,
    )
  })

  it('frees what nobody reads when its kernel is done', () => {
    // the values of topk [10, 20] are there beside its places, 1600, and not beside the product [20, 20] of those: 800 + 1600
    const places = (x: Tensor) => tf.topk(x, 20).indices.toFloat()
    assert.equal(
      bytesOf((x) => places(x).tanh()),
      1600,
    )
    const product = (y: Tensor) => tf.matMul(y, y, true).sum()
    assert.equal(
      bytesOf((x) => product(places(x))),
      800 + 1600,
    )
  })

  it('counts a byte for a truth value, and as many elements as it is told', () => {
    assert.equal(
      bytesOf((x) => x.greater(0.5)),
      200,
    )
    const rows = ({ shape }: Value) => shape[0]!
    assert.equal(
      bytesOf((x) => x.sigmoid(), rows),
      40,
    )
    assert.equal(
      bytesOf((x) => x.greater(0.5), rows),
      10,
    )
    assert.equal(
      bytesOf(
        (x) => x.sigmoid(),
        () => 0,
      ),
      0,
    )
  })

  it('does not write over an input', () => {
    assert.equal(
      bytesOf((x) => x.neg()),
      800,
    )
  })
})
