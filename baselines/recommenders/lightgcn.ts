/**
 * LightGCN: vectors of users and items, averaged over the graph of who took what,
 *
 *   E_k+1 = L E_k,   f = (E_0 + … + E_K) / (K + 1),   score(j) = f_u · f_j
 *
 * with L of baselines/graph.ts and E_0 [U + N, d] all there is to learn, by the pairwise loss of baselines/graph-training.ts with E_0 kept
 * small. L is symmetric, so the gradient by E_0 is the same average of the gradient by f. [N + 1] f64, index 0 unused; order and
 * repeats of a history do not matter.
 *
 * A user of training has his own f, which does not know what he took since. Somebody new has E_0 = 0, the mean of how all start, and the layers that his
 * history gives him: E_k+1 = Σ_i E_k,i / √(|I_u| |U_i|), items staying as they are.
 *
 * He et al., SIGIR 2020, arXiv:2002.02126, equations 7–15, and the authors' code: d 64, K 3, N(0, 0.1²), Adam at 1e-3, λ 1e-4, batches
 * of 8192 (theirs for Amazon-Book, 2048 elsewhere). Departures: 1000 steps (there up to 1000 epochs, chosen on the test set), since each passes the
 * whole graph and time goes with steps alone; triples are uniform over pairs, there over users first.
 */
import type { Ranker } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { type Graph, graphOf } from '../graph.ts'
import { type Network, trainOnGraph } from '../graph-training.ts'
import { incidenceOf } from '../incidence.ts'
import { pairsOf } from '../pairs.ts'
import { normals, rankBy } from '../vectors.ts'

const defaults = {
  dim: 64,
  layers: 3,
  steps: 1000,
  batch: 8192,
  rate: 0.001,
  regularization: 0.0001,
  seed: 0,
}

const lightgcn: Ranker<typeof defaults> = {
  about: 'Vectors of users and items averaged over the graph of who took what',
  cite: 'arXiv:2002.02126',
  defaults,

  fit(train, settings) {
    const incidence = incidenceOf(train)
    const graph = graphOf(incidence)
    const { dim, layers, seed } = settings
    const random = rng(seed, 'lightgcn')
    const start = normals(graph.nodes * dim, 0.1, random)
    const network = averaging(graph, start, dim, layers)
    trainOnGraph(network, graph, pairsOf(incidence), settings, random)
    const final = network.forward()
    const split = graph.users * dim
    const fold = folding(graph, start, dim, layers)
    return rankBy({ users: final.slice(0, split), items: final.slice(split), width: dim, fold })
  },
}

export default lightgcn

/** The network of E_0 = `start`. */
export function averaging(graph: Graph, start: Float64Array, dim: number, layers: number): Network {
  const [final, next, gradient] = [0, 1, 2].map(() => new Float64Array(start.length))
  /** (1 + L (1 + L (…))) from / (K + 1) */
  const average = (from: Float64Array, to: Float64Array) => {
    to.set(from)
    for (let k = 0; k < layers; k++) {
      graph.spread(to, next!, dim)
      for (let n = 0; n < to.length; n++) to[n] = from[n]! + next![n]!
    }
    for (let n = 0; n < to.length; n++) to[n]! /= layers + 1
    return to
  }
  return {
    width: dim,
    dim,
    weights: [start],
    gradients: [gradient!],
    small: 'start',
    forward: () => average(start, final!),
    backward: (upstream) => {
      average(upstream, gradient!)
    },
  }
}

function folding(graph: Graph, start: Float64Array, dim: number, layers: number) {
  // Σ_k<K E_k of the items: what a new user gathers is linear in it
  const sum = new Float64Array(start.length)
  let [layer, next] = [start.slice(), new Float64Array(start.length)]
  for (let k = 0; k < layers; k++) {
    for (let n = 0; n < sum.length; n++) sum[n]! += layer[n]! / (layers + 1)
    graph.spread(layer, next, dim)
    ;[layer, next] = [next, layer]
  }
  return (taken: Int32Array, to: Float64Array) => graph.gather(taken, sum, to)
}
