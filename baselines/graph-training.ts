/**
 * What networks on the graph of users and items are trained by: batches of triples (u, i, j), the loss
 *
 *   (1 / B) Σ [ softplus(−x) + ½ λ (|z_u|² + |z_i|² + |z_j|²) ],   x = f_u · (f_i − f_j)
 *
 * with f the final vectors of the network and z those that it says are to be kept small; Adam on all weights, each of whose
 * gradients the network gives itself. Every step passes the whole graph forward and backward, whatever the batch.
 */
import type { Rng } from '../contracts.ts'
import { adam } from './adam.ts'
import type { Graph } from './graph.ts'
import type { Pairs } from './pairs.ts'
import { descent } from './vectors.ts'

export interface Network {
  width: number // of the final vectors
  weights: readonly Float64Array[] // the first are the vectors that the nodes start with, [U + N, dim]
  gradients: readonly Float64Array[] // what `backward` overwrites
  dim: number
  small: 'start' | 'final' // which vectors z are
  /** Final vectors [U + N, width], until the next call; `random` where something is to be dropped. */
  forward(random?: Rng): Float64Array
  /** From the gradient by the final vectors, at the last forward, to those by the weights. */
  backward(upstream: Float64Array): void
}
export interface Plan {
  steps: number
  batch: number
  rate: number
  regularization: number // λ
}

export function trainOnGraph(network: Network, graph: Graph, pairs: Pairs, plan: Plan, random: Rng): void {
  if (pairs.count === 0) return
  const optimizers = network.weights.map((weight) => adam(weight, plan.rate))
  const upstream = new Float64Array(graph.nodes * network.width)
  for (let step = 0; step < plan.steps; step++) {
    const nodes = drawNodes(pairs, graph.users, Math.min(plan.batch, pairs.count), random)
    gradientsAt(network, nodes, plan.regularization, upstream, random)
    for (const [n, optimize] of optimizers.entries()) optimize(network.gradients[n]!)
  }
}

/** B triples as nodes, [3 B]; fewer where users took all there is. */
function drawNodes(pairs: Pairs, users: number, batch: number, random: Rng): Int32Array {
  const nodes = new Int32Array(3 * batch)
  const triple = new Int32Array(3)
  let end = 0
  for (let b = 0; b < batch; b++) {
    if (!pairs.draw(random, triple)) continue
    nodes[end++] = triple[0]!
    nodes[end++] = users + triple[1]!
    nodes[end++] = users + triple[2]!
  }
  return nodes.subarray(0, end)
}

/** The gradients of the loss of these triples, left in `network.gradients`; its value is returned. */
export function gradientsAt(
  network: Network,
  nodes: Int32Array,
  regularization: number,
  upstream: Float64Array,
  random?: Rng,
): number {
  const { width, dim, small, weights, gradients } = network
  const final = network.forward(random)
  upstream.fill(0)
  let loss = pairLoss(final, width, nodes, upstream)
  if (small === 'final') loss += decay(final, width, nodes, regularization, upstream)
  network.backward(upstream)
  if (small === 'start') loss += decay(weights[0]!, dim, nodes, regularization, gradients[0]!)
  return loss
}

/** (1 / B) Σ softplus(−x), its gradient by the final vectors added to `to`. */
function pairLoss(final: Float64Array, width: number, nodes: Int32Array, to: Float64Array): number {
  const share = 3 / Math.max(3, nodes.length) // 1 / B
  let loss = 0
  for (let n = 0; n < nodes.length; n += 3) {
    const [u, i, j] = [nodes[n]! * width, nodes[n + 1]! * width, nodes[n + 2]! * width]
    let x = 0
    for (let f = 0; f < width; f++) x += final[u + f]! * (final[i + f]! - final[j + f]!)
    loss += share * (Math.max(0, -x) + Math.log1p(Math.exp(-Math.abs(x))))
    const pull = share * descent(x)
    for (let f = 0; f < width; f++) {
      to[u + f]! -= pull * (final[i + f]! - final[j + f]!)
      to[i + f]! -= pull * final[u + f]!
      to[j + f]! += pull * final[u + f]!
    }
  }
  return loss
}

/** (λ / 2 B) Σ |z|² over all nodes of the triples, its gradient added to `to`. */
function decay(
  z: Float64Array,
  width: number,
  nodes: Int32Array,
  regularization: number,
  to: Float64Array,
): number {
  const share = (3 * regularization) / Math.max(3, nodes.length)
  let loss = 0
  for (const node of nodes)
    for (let at = node * width; at < (node + 1) * width; at++) {
      loss += 0.5 * share * z[at]! * z[at]!
      to[at]! += share * z[at]!
    }
  return loss
}
