/** Adam on one array: Kingma & Ba, arXiv:1412.6980, algorithm 1, β = 0.9 and 0.999, ε = 1e-8. */
export function adam(values: Float64Array, rate: number): (gradient: Float64Array) => void {
  const [m, v] = [new Float64Array(values.length), new Float64Array(values.length)]
  let [first, second] = [1, 1] // β₁ᵗ, β₂ᵗ
  return (gradient) => {
    first *= 0.9
    second *= 0.999
    const scale = (rate * Math.sqrt(1 - second)) / (1 - first)
    const epsilon = 1e-8 * Math.sqrt(1 - second) // as ε beside the corrected √v
    for (let n = 0; n < values.length; n++) {
      const g = gradient[n]!
      m[n] = 0.9 * m[n]! + 0.1 * g
      v[n] = 0.999 * v[n]! + 0.001 * g * g
      values[n]! -= (scale * m[n]!) / (Math.sqrt(v[n]!) + epsilon)
    }
  }
}
