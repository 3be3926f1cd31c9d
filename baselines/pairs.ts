/**
 * Triples for pairwise ranking: user u took i and not j. Uniform over the different pairs (u, i) of training, then over the items that
 * u did not take (Rendle et al., arXiv:1205.2618, section 4.2, "bootstrap sampling"). Users, items 0-based.
 */
import type { Rng } from '../contracts.ts'
import type { Incidence } from './incidence.ts'

export interface Pairs {
  count: number // different (u, i)
  /** Writes u, i, j. False, with nothing to learn, where u took all there is. */
  draw(random: Rng, to: Int32Array): boolean
}

/** All pairs, or those at the places `which` of `users.columns`. */
export function pairsOf({ users, items }: Incidence, which?: Int32Array): Pairs {
  const { starts, columns } = users
  const owners = new Int32Array(columns.length)
  for (let u = 0; u < users.count; u++) owners.fill(u, starts[u], starts[u + 1])
  const count = which?.length ?? columns.length
  return {
    count,
    draw(random, to) {
      const place = random.integer(count)
      const n = which?.[place] ?? place
      const u = owners[n]!
      const own = columns.subarray(starts[u], starts[u + 1])
      to[0] = u
      to[1] = columns[n]!
      to[2] = other(own, items.count, random)
      return to[2] >= 0
    },
  }
}

/** An item that is not among `own` (ascending), all alike; −1 where there is none. */
export function other(own: Int32Array, items: number, random: Rng): number {
  if (own.length >= items) return -1
  if (2 * own.length > items) return skip(own, random.integer(items - own.length))
  for (;;) {
    const item = random.integer(items)
    if (!holds(own, item)) return item
  }
}

/** The n-th number that `own` leaves out. */
function skip(own: Int32Array, n: number): number {
  let item = n
  for (const taken of own) if (taken <= item) item++
  return item
}

function holds(own: Int32Array, item: number): boolean {
  let [low, high] = [0, own.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (own[middle]! < item) low = middle + 1
    else high = middle
  }
  return own[low] === item
}
