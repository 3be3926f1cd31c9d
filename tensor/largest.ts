/**
 * The k largest of many numbers that come in any number of runs: a heap whose root is the least of those kept, so that most
 * numbers cost one comparison. Which of several equal ones is kept at the border is open. NaN is never kept.
 */
export interface Largest {
  /** values[from … to − 1], which are called first, first + 1, … */
  offer(values: ArrayLike<number>, from: number, to: number, first: number): void
  /** Their names, in no order; fewer than k while fewer were offered. */
  names(): Int32Array
}

export function keepLargest(k: number): Largest {
  const [kept, names] = [new Float64Array(k), new Int32Array(k)]
  let count = 0

  const put = (place: number, value: number, name: number) => {
    kept[place] = value
    names[place] = name
  }
  /** Upwards, while the parent is larger. */
  const rise = (value: number, name: number) => {
    let place = count++
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (kept[parent]! <= value) break
      put(place, kept[parent]!, names[parent]!)
      place = parent
    }
    put(place, value, name)
  }
  /** From the root downwards, while a child is smaller. */
  const sink = (value: number, name: number) => {
    let place = 0
    for (let child = 1; child < k; child = 2 * place + 1) {
      if (child + 1 < k && kept[child + 1]! < kept[child]!) child++
      if (kept[child]! >= value) break
      put(place, kept[child]!, names[child]!)
      place = child
    }
    put(place, value, name)
  }

  return {
    offer(values, from, to, first) {
      let at = from
      for (; at < to && count < k; at++) if (!Number.isNaN(values[at]!)) rise(values[at]!, first + at - from)
      let least = k === 0 ? Number.POSITIVE_INFINITY : kept[0]!
      for (; at < to; at++) {
        if (!(values[at]! > least)) continue
        sink(values[at]!, first + at - from)
        least = kept[0]!
      }
    },
    names: () => names.slice(0, count),
  }
}
