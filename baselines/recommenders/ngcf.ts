/**
 * Neural graph collaborative filtering: layers on the graph of who took what, each with two matrices of its own,
 *
 *   M = L E_k,   E_k+1 = dropout(leaky((E_k + M) W₁ + (E_k ⊙ M) W₂)),   f = [E_0, …, E_K],   score(j) = f_u · f_j
 *
 * with L of baselines/graph.ts, leaky(x) = x or 0.2 x; trained by the pairwise loss of baselines/graph-training.ts with the f of a batch
 * kept small. [N + 1] f64, index 0 unused; order and repeats of a history do not matter. A user of training has his own f, which does not know what
 * he took since. Somebody new starts at E_0 = 0, the mean of how all start, and passes the layers with his history for neighbors,
 * items staying as they are.
 *
 * Wang et al., SIGIR 2019, arXiv:1905.08108, equations 3–12: K 3, dropout of messages 0.1, λ 1e-5, Glorot-uniform weights. Departures, so that
 * it ends in minutes on one core (a step is 6 K matrix products of all nodes): d 32 (there 64), 250 steps of 8192 triples at
 * rate 0.005 (there 400 epochs in batches of 1024 at 1e-4); dropout in 256ths. Without what the code adds: biases, norms of layers, dropout of nodes.
 */
import type { Ranker, Rng } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { type Graph, graphOf } from '../graph.ts'
import { type Network, trainOnGraph } from '../graph-training.ts'
import { incidenceOf } from '../incidence.ts'
import { graphLayer, type Layer } from '../layer.ts'
import { pairsOf } from '../pairs.ts'
import { rankBy } from '../vectors.ts'

const defaults = {
  dim: 32,
  layers: 3,
  dropout: 0.1,
  steps: 250,
  batch: 8192,
  rate: 0.005,
  regularization: 0.00001,
  seed: 0,
}

const ngcf: Ranker<typeof defaults> = {
  about: 'Layers with learned matrices on the graph of who took what',
  cite: 'arXiv:1905.08108',
  defaults,

  fit(train, settings) {
    const incidence = incidenceOf(train)
    const graph = graphOf(incidence)
    const { dim, layers, dropout, seed } = settings
    const random = rng(seed, 'ngcf')
    const start = startOf(graph, dim, random)
    const body = Array.from({ length: layers }, () => graphLayer(graph, dim, dropout, random))
    const network = stacked(graph, start, body, dim)
    trainOnGraph(network, graph, pairsOf(incidence), settings, random)
    const final = network.forward().slice()
    const split = graph.users * network.width
    const fold = (taken: Int32Array, to: Float64Array) => foldIn(graph, start, body, taken, to)
    return rankBy({ users: final.slice(0, split), items: final.slice(split), width: network.width, fold })
  },
}

export default ngcf

/** Users and items as two tables, each with its Glorot bound. */
function startOf({ users, nodes }: Graph, dim: number, random: Rng): Float64Array {
  const bounds = [users, nodes - users].map((rows) => Math.sqrt(6 / (rows + dim)))
  return Float64Array.from({ length: nodes * dim }, (_, n) => {
    return bounds[n < users * dim ? 0 : 1]! * (2 * random.uniform() - 1)
  })
}

/** All layers side by side: [U + N, (K + 1) d]. */
export function stacked(graph: Graph, start: Float64Array, body: readonly Layer[], dim: number): Network {
  const width = dim * (body.length + 1)
  const final = new Float64Array(graph.nodes * width)
  const [gradient, part] = [new Float64Array(start.length), new Float64Array(start.length)]
  return {
    width,
    dim,
    weights: [start, ...body.flatMap(({ weights }) => weights)],
    gradients: [gradient, ...body.flatMap(({ gradients }) => gradients)],
    small: 'final',
    forward(random) {
      let layer = start
      copyColumns(layer, dim, final, width, 0)
      for (const [k, step] of body.entries()) {
        layer = step.forward(layer, random)
        copyColumns(layer, dim, final, width, (k + 1) * dim)
      }
      return final
    },
    backward(upstream) {
      gradient.fill(0) // by E_k, from the layers behind it
      for (let k = body.length; k >= 0; k--) {
        takeColumns(upstream, width, k * dim, part, dim)
        for (let n = 0; n < gradient.length; n++) gradient[n]! += part[n]!
        if (k > 0) gradient.set(body[k - 1]!.backward(gradient))
      }
    },
  }
}

/** f of a new user: his row of each layer. The layers hold what their items were given at the last forward. */
function foldIn(
  graph: Graph,
  start: Float64Array,
  body: readonly Layer[],
  taken: Int32Array,
  to: Float64Array,
): void {
  const dim = start.length / graph.nodes
  const message = new Float64Array(dim)
  let own: Float64Array = new Float64Array(dim)
  to.fill(0)
  for (const [k, layer] of body.entries()) {
    graph.gather(taken, layer.given(), message)
    own = layer.alone(own, message)
    to.set(own, (k + 1) * dim)
  }
}

function copyColumns(from: Float64Array, dim: number, to: Float64Array, width: number, at: number): void {
  for (let r = 0; r * dim < from.length; r++) to.set(from.subarray(r * dim, (r + 1) * dim), r * width + at)
}

function takeColumns(from: Float64Array, width: number, at: number, to: Float64Array, dim: number): void {
  for (let r = 0; r * dim < to.length; r++)
    to.set(from.subarray(r * width + at, r * width + at + dim), r * dim)
}
