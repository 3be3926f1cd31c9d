/** Vectors of users and items: how they start, and how they rank. */
import type { Rank, Rng } from '../contracts.ts'
import { distinct } from './incidence.ts'

/** N(0, deviation²) */
export function normals(length: number, deviation: number, random: Rng): Float64Array {
  return Float64Array.from({ length }, () => deviation * random.normal())
}

export interface Learned {
  users: Float64Array // [U, width]
  items: Float64Array // [N, width]
  width: number
  /** Writes the vector of somebody new who took these items (0-based, ascending, each once). */
  fold(taken: Int32Array, to: Float64Array): void
}

/** score(j) = u · v_j with the learned u of a user of training, else the folded one. */
export function rankBy({ users, items, width, fold }: Learned): Rank {
  const folded = new Float64Array(width)
  return (history, scores, user) => {
    if (user === undefined) fold(distinct(history), folded)
    const u = user === undefined ? folded : users.subarray(user * width, (user + 1) * width)
    scores[0] = 0
    for (let j = 0, at = 0; at < items.length; j++, at += width) {
      let score = 0
      for (let f = 0; f < width; f++) score += items[at + f]! * u[f]!
      scores[j + 1] = score
    }
  }
}

/** 1 / (1 + e^x) */
export function descent(x: number): number {
  return 1 / (1 + Math.exp(x))
}
