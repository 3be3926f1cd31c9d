/** The place of a uniform number in (0, 1) among probabilities that sum to 1. */
export function draw(probabilities: Float64Array, uniform: number): number {
  let sum = 0
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i]!
    if (uniform < sum) return i
  }
  return probabilities.length - 1 // what rounding left
}
