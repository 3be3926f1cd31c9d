/**
 * Vectors of about the largest inner product with a query: a hierarchy of navigable small worlds (Malkov and Yashunin,
 * arXiv:1603.09320) in hnswlib, through hnswlib-node. It is compiled where it is installed, so fieldrank does not install it.
 *
 * A fixed seed and one thread: the same vectors in the same order give the same graph and the same answers. Inner products
 * are in float32 and no metric; how much is missed must be measured.
 */
import { UserError } from './errors.ts'

export interface VectorIndex {
  /** The n-th vector that is added gets the label n, from 0. */
  add(vector: Float32Array): void
  /** Labels, in no order that counts; at most `count`, and fewer where the graph does not lead to so many. */
  nearest(query: Float32Array, count: number): readonly number[]
}

/** An empty index for so many vectors of that width. */
export type OpenIndex = (vectors: number, width: number) => VectorIndex

export const HNSW = 'hnswlib-node'

/** Links a node, candidates while building and, at least, while searching: the usual settings of hnswlib. */
export const settings = { links: 16, build: 200, search: 200, seed: 100 }

/** The package, where it is installed. */
export async function importHnsw(name: string = HNSW): Promise<OpenIndex> {
  let loaded: Package
  try {
    loaded = await import(name)
  } catch (error) {
    const [reason = ''] = String((error as Error).message).split('\n')
    const isAbsent = /^Cannot find/.test(reason) && reason.includes(`'${name}'`)
    const state = isAbsent ? 'is not installed' : `could not be loaded (${reason})`
    throw new UserError(
      `budget: search 'approximate' needs ${name}, which ${state}. npm install ${name}@3.0.0 adds it`,
    )
  }
  const { HierarchicalNSW } = loaded.default
  return (vectors, width) => {
    const graph = new HierarchicalNSW('ip', width)
    graph.initIndex(vectors, settings.links, settings.build, settings.seed)
    let added = 0
    return {
      add: (vector) => graph.addPoint(Array.from(vector), added++),
      nearest(query, count) {
        graph.setEf(Math.max(settings.search, 2 * count)) // hnswlib finds no more than that
        return graph.searchKnn(Array.from(query), Math.min(count, added)).neighbors
      },
    }
  }
}

/** What is used of the package. */
interface Package {
  default: { HierarchicalNSW: new (space: 'ip', width: number) => Graph }
}

interface Graph {
  initIndex(most: number, links: number, build: number, seed: number): void
  addPoint(point: number[], label: number): void
  setEf(candidates: number): void
  searchKnn(query: number[], count: number): { neighbors: number[] }
}
