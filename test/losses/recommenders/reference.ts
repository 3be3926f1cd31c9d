/**
 * CE and SCE once more, in f64 and plain loops, from the definitions alone: what the float32 losses are
 * compared with. Rows of X are positions, rows of W items, y the row of the next item of each position (all
 * have one).
 */
export type Matrix = number[][]

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

export function crossEntropy(X: Matrix, W: Matrix, y: readonly number[]) {
  const values = X.map((x, i) => {
    const total = W.reduce((sum, w) => sum + Math.exp(dot(x, w)), 0)
    return Math.log(total) - dot(x, W[y[i]!]!)
  })
  return { values, mean: mean(values) }
}

export interface Blocks {
  positions: number[][] // T_b, largest projection first
  items: number[][] // J_b
  losses: number[][] // L_bi in the order of T_b
  values: (number | null)[] // SCE_i, null where no block holds i
  mean: number
}

export function scalable(
  X: Matrix,
  W: Matrix,
  y: readonly number[],
  centers: Matrix,
  bx: number,
  by: number,
): Blocks {
  const positions = centers.map((center) =>
    largest(
      X.map((x) => dot(center, x)),
      bx,
    ),
  )
  const items = centers.map((center) =>
    largest(
      W.map((w) => dot(center, w)),
      by,
    ),
  )
  const losses = positions.map((held, b) =>
    held.map((i) => {
      const right = Math.exp(dot(X[i]!, W[y[i]!]!))
      const others = items[b]!.filter((j) => j !== y[i]).reduce(
        (sum, j) => sum + Math.exp(dot(X[i]!, W[j]!)),
        0,
      )
      return Math.log(right + others) - Math.log(right)
    }),
  )
  const values = X.map((_, i) => {
    const all = positions.flatMap((held, b) => held.flatMap((p, j) => (p === i ? [losses[b]![j]!] : [])))
    return all.length === 0 ? null : Math.max(...all)
  })
  return { positions, items, losses, values, mean: mean(values.filter((value) => value !== null)) }
}

function largest(values: number[], count: number): number[] {
  return values
    .map((value, i) => [value, i] as const)
    .sort((a, b) => b[0] - a[0])
    .slice(0, count)
    .map(([, i]) => i)
}

/** d^(−1/4) Ωᵀ X. */
export function mix(omega: Matrix, X: Matrix): Matrix {
  const width = X[0]!.length
  return omega[0]!.map((_, b) =>
    Array.from(
      { length: width },
      (_, k) =>
        width ** -0.25 *
        dot(
          omega.map((row) => row[b]!),
          X.map((x) => x[k]!),
        ),
    ),
  )
}

/** The worked case of d = 4, 6 positions, 10 items, 3 centers: numbers that anyone can type in again. */
export const golden = {
  X: table(6, 4, (i, k) => Math.sin(1 + 3 * i + k)),
  W: table(10, 4, (j, k) => Math.cos(2 + 1.7 * j + 0.9 * k)),
  y: [3, 0, 7, 9, 2, 5],
  centers: table(3, 4, (b, k) => Math.sin(0.5 + 1.3 * b + 2.1 * k)),
  omega: table(6, 3, (i, b) => Math.cos(0.3 + 0.7 * i + 1.9 * b)),
}

export function table(rows: number, columns: number, entry: (row: number, column: number) => number): Matrix {
  return Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => entry(r, c)))
}
