/** The span of values that a color map stands for. Apart from the pictures, so that a browser can load it. */

export interface Range {
  low: number
  high: number
}

/** The least range that holds all finite values; [0, 1] where there are none. */
export function rangeOf(...fields: readonly ArrayLike<number>[]): Range {
  let [low, high] = [Infinity, -Infinity]
  for (const field of fields) {
    for (let i = 0; i < field.length; i++) {
      const value = field[i]!
      if (!Number.isFinite(value)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return low <= high ? { low, high } : { low: 0, high: 1 }
}

/** The least range around 0 that holds all finite values, for a diverging map. */
export function evenRangeOf(...fields: readonly ArrayLike<number>[]): Range {
  const { low, high } = rangeOf(...fields)
  const reach = Math.max(Math.abs(low), Math.abs(high))
  return { low: -reach, high: reach }
}
