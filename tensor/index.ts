/**
 * The door to tensors: `tf` is TensorFlow.js with its wrong gradients patched (gradients/) and its random ops guarded
 * (random.ts), followed by the ops that it lacks (ops/). Models and losses import from here alone.
 */
import './cpu.ts'
import './gradients/convolution.ts'
import './gradients/elementwise.ts'
import './gradients/lookups.ts'
import './gradients/moves.ts'
import './gradients/pools.ts'
import './gradients/resizes.ts'
import './gradients/scans.ts'
import * as tf from './tf.ts'

export { diffusionOf, divergenceOf, facesOf, type OnFaces, slopesOf, squaredOnFaces } from './diffusion.ts'
export { gelu, silu } from './ops/activations.ts'
export { type Complex, conjugate, matMulComplex, multiplyComplex, squaredAbs } from './ops/complex.ts'
export { groupNormalize, normalize } from './ops/normalize.ts'
export { logSumExp, stopGradient } from './ops/reductions.ts'
export { addRows, segmentMax } from './ops/segments.ts'
export { argsort, type Order, sort, sortBy } from './ops/sort.ts'
export { atColumns, neighborsOf, rowsTimes, stencilTimes, transposeTimes } from './sparse.ts'
export type { Dtype, HostTensor, Scalar, Tensor, Weights } from './types.ts'
export { tf }
