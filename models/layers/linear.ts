import type { Init, Scheme } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'

export interface LinearShape {
  inputs: number
  outputs: number
  bias?: boolean
  scheme?: Scheme
  offset?: Scheme // of the bias
}

/** y = x W + b on the last axis: [..., inputs] → [..., outputs]. One matrix product whatever the rank. */
export function linear(init: Init, name: string, shape: LinearShape): (x: Tensor) => Tensor {
  const { inputs, outputs, bias = true, scheme = 'glorot', offset: law = 'zeros' } = shape
  const weight = init.weight(`${name}/weight`, [inputs, outputs], scheme)
  const offset = bias ? init.weight(`${name}/bias`, [outputs], law) : null
  return (x) => {
    const y = tf.matMul(x.reshape([-1, inputs]), weight) // [rows, outputs]
    const shifted = offset === null ? y : y.add(offset)
    return shifted.reshape([...x.shape.slice(0, -1), outputs]) // [..., outputs]
  }
}
