/**
 * Resizing one axis from n to m places as a matrix [m, n], row-major: the lowering multiplies by it, the gradients by its
 * transpose. The places are those of the JavaScript kernels.
 */
export interface Resize {
  alignCorners: boolean
  halfPixelCenters: boolean
}

export function nearest(n: number, m: number, { alignCorners, halfPixelCenters }: Resize): Float32Array {
  const matrix = new Float32Array(m * n)
  const scale = scaleOf(n, m, alignCorners)
  for (let i = 0; i < m; i++) {
    const place = scale * (halfPixelCenters ? i + 0.5 : i)
    const whole = alignCorners ? Math.round(place) : Math.floor(place)
    matrix[i * n + Math.min(n - 1, Math.max(0, whole))] = 1
  }
  return matrix
}

export function bilinear(n: number, m: number, { alignCorners, halfPixelCenters }: Resize): Float32Array {
  const matrix = new Float32Array(m * n)
  const scale = scaleOf(n, m, alignCorners)
  for (let i = 0; i < m; i++) {
    const place = halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i
    const low = Math.max(0, Math.floor(place))
    const high = Math.max(0, Math.min(n - 1, Math.ceil(place)))
    const share = place - low
    matrix[i * n + low]! += 1 - share
    matrix[i * n + high]! += share
  }
  return matrix
}

/** [rows, columns] → [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!)
}

function scaleOf(n: number, m: number, alignCorners: boolean): number {
  return alignCorners && m > 1 ? (n - 1) / (m - 1) : n / m
}
