/**
 * tf.customGrad, except that it cannot be wrong in silence. What a function computes and saves for its gradient is cut off
 * from its inputs: upstream's second derivative leaves that part out without a word. Here it is an error. A function that
 * saves its inputs alone, and computes the rest again in its gradient, has derivatives of any order; a trace merges the two.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from './types.ts'

type Result = ReturnType<Parameters<typeof tf.customGrad>[0]>
type Function = Parameters<typeof tf.customGrad>[0]

export function customGrad(f: Function): (...inputs: Tensor[]) => Tensor {
  return tf.customGrad((...args): Result => {
    const inputs = args.slice(0, -1) as Tensor[]
    const save = args.at(-1) as unknown as tf.GradSaveFunc
    let kept: Tensor[] = []
    const { value, gradFunc } = f(...inputs, ((tensors: Tensor[]) => (kept = tensors)) as never)
    const computed = kept.map((tensor) => !inputs.includes(tensor))
    save([...kept, ...inputs])
    return {
      value,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const own = saved.slice(kept.length)
        return gradFunc(
          dy,
          saved.slice(0, kept.length).map((tensor, i) => (computed[i] ? sealed(tensor, ...own) : tensor)),
        )
      },
    }
  })
}

/** The value, through which no derivative passes unnoticed. */
const sealed = tf.customGrad((...args) => ({
  value: (args[0] as Tensor).clone(),
  gradFunc: () => {
    throw new Error(
      'customGrad: no second derivative, because the function saved a value that it had computed. ' +
        'Save its inputs alone, and compute the value again in the gradient',
    )
  },
}))
