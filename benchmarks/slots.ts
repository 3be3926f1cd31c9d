/** The rows of a catalog that one step sees, and the place of each: rows 0 … N − 1, places 0 … U − 1 in the order in which they came. */
export interface Slots {
  readonly rows: Int32Array // [U], the row at each place, as far as `count`
  readonly count: number
  clear(): void
  /** Rows that are there already keep their place. */
  add(rows: Int32Array): void
  /** Items 1 … N, of which 0 is none: item j is row j − 1. */
  addItems(items: Int32Array): void
  /** Gives the places that are left to other rows, the smallest first: then every place holds a row, and none twice. */
  fill(): void
  placesOf(rows: Int32Array): Int32Array
  /** Place + 1 for an item, 0 for none. */
  itemsOf(items: Int32Array): Int32Array
}

export function openSlots(total: number, capacity: number): Slots {
  const rows = new Int32Array(capacity)
  const place = new Int32Array(total).fill(-1)
  let count = 0
  const add = (row: number) => {
    if (place[row]! >= 0) return
    if (count === capacity) throw new Error(`slots: more than ${capacity} rows`)
    rows[count] = row
    place[row] = count++
  }
  return {
    rows,
    get count() {
      return count
    },
    clear() {
      for (let i = 0; i < count; i++) place[rows[i]!] = -1
      count = 0
    },
    add: (given) => given.forEach(add),
    addItems(items) {
      for (const item of items) if (item > 0) add(item - 1)
    },
    fill() {
      for (let row = 0; count < capacity; row++) add(row)
    },
    placesOf: (given) => given.map((row) => place[row]!),
    itemsOf: (items) => items.map((item) => (item > 0 ? place[item - 1]! + 1 : 0)),
  }
}
