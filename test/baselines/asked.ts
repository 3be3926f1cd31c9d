/** A ranker fitted on plain arrays and asked once. */
import type { Params, Ranker } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'

export interface Log {
  items: number
  sequences: readonly (readonly number[])[]
}

export function scoresOf<P extends Params>(
  ranker: Ranker<P>,
  { items, sequences }: Log,
  history: readonly number[],
  params: Partial<P> = {},
): number[] {
  const train = { items, sequences: sequences.map((sequence) => Int32Array.from(sequence)) }
  const rank = ranker.fit(train, { ...ranker.defaults, ...params })
  const scores = new Float64Array(items + 1).fill(9) // what an earlier user left
  rank(Int32Array.from(history), scores)
  return [...scores.subarray(1)]
}

/** Users with tastes: items of the same residue modulo `groups` go together, so a factorization has something to find. */
export function tastes(seed: number, { users = 40, items = 24, groups = 3, length = 6 } = {}): Log {
  const random = rng(seed, 'tastes')
  const sequences = Array.from({ length: users }, (_, u) =>
    Array.from({ length }, () => {
      const own = random.uniform() < 0.85 ? u % groups : random.integer(groups)
      return 1 + own + groups * random.integer(items / groups)
    }),
  )
  return { items, sequences }
}

/** X [U][N] of zeros and ones. */
export function binary({ items, sequences }: Log): number[][] {
  return sequences.map((sequence) =>
    Array.from({ length: items }, (_, i) => (sequence.includes(i + 1) ? 1 : 0)),
  )
}
