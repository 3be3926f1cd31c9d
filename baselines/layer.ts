/**
 * One layer on the graph, forward and backward: M = L E, S = (E + M) W₁ + (E ⊙ M) W₂, out = leaky(S) ⊙ mask, with the mask of dropout.
 *
 *   dS = dOut ⊙ mask ⊙ leaky'(S),   dW₁ = (E + M)ᵀ dS,   dW₂ = (E ⊙ M)ᵀ dS,
 *   dM = dS W₁ᵀ + E ⊙ (dS W₂ᵀ),     dE = dS W₁ᵀ + M ⊙ (dS W₂ᵀ) + L dM
 */
import type { Rng } from '../contracts.ts'
import { addProduct, addTransposedProduct, transposed } from '../math/products.ts'
import type { Graph } from './graph.ts'

export interface Layer {
  weights: readonly Float64Array[] // W₁, W₂ [d, d]
  gradients: readonly Float64Array[]
  forward(given: Float64Array, random?: Rng): Float64Array // [U + N, d] → the same
  backward(upstream: Float64Array): Float64Array
  given(): Float64Array // E of the last forward
  alone(own: Float64Array, message: Float64Array): Float64Array // one node: E and M [d] → out [d], nothing dropped
}

const SLOPE = 0.2

export function graphLayer(graph: Graph, dim: number, dropout: number, random: Rng): Layer {
  const size = graph.nodes * dim
  const bound = Math.sqrt(3 / dim) // Glorot of a square matrix
  const weights = [0, 1].map(() =>
    Float64Array.from({ length: dim * dim }, () => bound * (2 * random.uniform() - 1)),
  )
  const gradients = weights.map(() => new Float64Array(dim * dim))
  const [message, sum, product, out, slopes, back, one, two] = Array.from(
    { length: 8 },
    () => new Float64Array(size),
  ) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let given: Float64Array = out

  return {
    weights,
    gradients,
    forward(from, stream) {
      given = from
      graph.spread(from, message, dim)
      for (let n = 0; n < size; n++) {
        sum[n] = from[n]! + message[n]!
        product[n] = from[n]! * message[n]!
      }
      out.fill(0)
      addProduct(sum, weights[0]!, out, dim)
      addProduct(product, weights[1]!, out, dim)
      activate(out, slopes, stream === undefined ? null : keeping(size, dropout, stream))
      return out
    },
    backward(upstream) {
      for (let n = 0; n < size; n++) back[n] = upstream[n]! * slopes[n]!
      for (const [w, input] of [sum, product].entries()) {
        gradients[w]!.fill(0)
        addTransposedProduct(input, back, gradients[w]!, dim)
      }
      one.fill(0)
      two.fill(0)
      addProduct(back, transposed(weights[0]!, dim), one, dim)
      addProduct(back, transposed(weights[1]!, dim), two, dim)
      for (let n = 0; n < size; n++) back[n] = one[n]! + given[n]! * two[n]! // dM
      for (let n = 0; n < size; n++) one[n]! += message[n]! * two[n]!
      graph.spread(back, two, dim)
      for (let n = 0; n < size; n++) one[n]! += two[n]!
      return one
    },
    given: () => given,
    alone(own, received) {
      const result = new Float64Array(dim)
      addProduct(
        own.map((value, f) => value + received[f]!),
        weights[0]!,
        result,
        dim,
      )
      addProduct(
        own.map((value, f) => value * received[f]!),
        weights[1]!,
        result,
        dim,
      )
      return result.map((value) => (value > 0 ? value : SLOPE * value))
    },
  }
}

/** In place; `slopes` becomes the derivative, mask and all. */
function activate(values: Float64Array, slopes: Float64Array, mask: Float64Array | null): void {
  for (let n = 0; n < values.length; n++) {
    const slope = (values[n]! > 0 ? 1 : SLOPE) * (mask === null ? 1 : mask[n]!)
    slopes[n] = slope
    values[n]! *= slope
  }
}

/** 1 / (1 − p) where a value stays, 0 where it is dropped; p in 256ths, a byte of the stream for each value. */
function keeping(length: number, dropout: number, random: Rng): Float64Array {
  const words = new Int32Array(Math.ceil(length / 4))
  random.words(words)
  const dropped = Math.round(256 * dropout)
  const scale = 256 / (256 - dropped)
  return Float64Array.from({ length }, (_, n) =>
    ((words[n >> 2]! >>> (8 * (n & 3))) & 255) < dropped ? 0 : scale,
  )
}
