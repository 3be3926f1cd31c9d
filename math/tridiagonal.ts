/**
 * The extreme eigenvalues of a symmetric tridiagonal matrix, by bisection on how many lie below a number: as many as the recurrence
 *
 *   q_0 = d_0 − λ,   q_i = d_i − λ − e_{i−1}² / q_{i−1}
 *
 * has negative terms (Sturm; Golub & Van Loan, Matrix Computations, 4th ed., section 8.4). To 1e-12 of the larger.
 */
export function extremes(
  diagonal: readonly number[],
  beside: readonly number[],
): [least: number, most: number] {
  const size = diagonal.length
  const reach = diagonal.map((_, i) => Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0)) // Gershgorin
  const low = Math.min(...diagonal.map((d, i) => d - reach[i]!))
  const high = Math.max(...diagonal.map((d, i) => d + reach[i]!))
  const nth = (count: number) => {
    let [from, to] = [low, high]
    while (to - from > 1e-12 * Math.max(Math.abs(low), Math.abs(high))) {
      const middle = (from + to) / 2
      if (middle === from || middle === to) break
      if (below(diagonal, beside, middle) >= count) to = middle
      else from = middle
    }
    return (from + to) / 2
  }
  return [nth(1), nth(size)]
}

function below(diagonal: readonly number[], beside: readonly number[], lambda: number): number {
  let [count, q] = [0, 1]
  for (let i = 0; i < diagonal.length; i++) {
    const coupling = i === 0 ? 0 : beside[i - 1]! ** 2 / q
    q = diagonal[i]! - lambda - coupling
    if (q === 0) q = Number.MIN_VALUE ** 0.5
    if (q < 0) count++
  }
  return count
}
