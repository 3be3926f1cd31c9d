// my-model.ts: two convolutions on (log k, rhs), as it comes
import type { Model, Operators } from '../../index.ts'
import { type Tensor, tf } from '../../tensor/index.ts'

type Tensor4D = Parameters<typeof tf.conv2d>[1]
const convolve = (x: Tensor, filter: Tensor): Tensor =>
  tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same')

const defaults = { width: 8 }

const model: Model<Operators, typeof defaults> = {
  about: 'Two convolutions on log k and rhs',
  defaults,

  build({ width }, { grid: n, logK, rhs, x }, init) {
    const first = init.weight('first', [3, 3, 2, width], 'he')
    const last = init.weight('last', [3, 3, width, 1], 'he')
    return (input) => {
      const cells = tf.log(input.k).sub(logK.mean).expandDims(-1) // [B, n+1, n+1, 1]
      const k = tf.avgPool(cells as Tensor4D, 2, 1, 'valid') // [B, n, n, 1]
      const f = input.rhs.div(rhs).expandDims(-1) // [B, n, n, 1]
      const hidden = tf.relu(convolve(tf.concat([k, f], -1), first)) // [B, n, n, width]
      return { x: convolve(hidden, last).reshape([-1, n, n]).mul(x) } // [B, n, n]
    }
  },
}

export default model
