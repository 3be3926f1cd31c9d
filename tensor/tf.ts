/**
 * TensorFlow.js as models and losses see it: every op, with the random ones guarded (see random.ts) and those replaced that
 * have no gradient or a wrong one.
 */
import * as tfjs from '@tensorflow/tfjs'
import { guarded } from './random.ts'

export * from '@tensorflow/tfjs'
export { customGrad } from './custom-grad.ts'
export { einsum } from './ops/einsum.ts'
export { batchNorm } from './ops/normalize.ts'
export { logSoftmax } from './ops/reductions.ts'

export const dropout = guarded('dropout', tfjs.dropout)
export const multinomial = guarded('multinomial', tfjs.multinomial)
export const rand = guarded('rand', tfjs.rand)
export const randomGamma = guarded('randomGamma', tfjs.randomGamma)
export const randomNormal = guarded('randomNormal', tfjs.randomNormal)
export const randomStandardNormal = guarded('randomStandardNormal', tfjs.randomStandardNormal)
export const randomUniform = guarded('randomUniform', tfjs.randomUniform)
export const randomUniformInt = guarded('randomUniformInt', tfjs.randomUniformInt)
export const truncatedNormal = guarded('truncatedNormal', tfjs.truncatedNormal)
