/** Predictions of the track `recommenders`: one list of items per user. */
import type { Columns, Schema } from '../contracts.ts'
import type { HostTensor } from '../tensor/types.ts'
import { logits } from './logits.ts'
import { topItems } from './top-items.ts'

/** The longest cut-off that a metric may ask for. */
export const LIST = 50

export const listSchema: Schema = {
  user: { type: 'i32', shape: [], about: 'User id' },
  items: {
    type: 'i32',
    shape: [LIST],
    about: 'The best items for the user, best first; 0 fills a short catalog',
  },
}

/** Top lists of users, one after the other. `scoresOf` returns scores[item] of the r-th user; it may reuse its array. */
export function listsOf(
  users: Int32Array,
  histories: readonly Int32Array[],
  popularity: Float64Array,
  scoresOf: (r: number) => Float64Array,
): Columns {
  const items = new Int32Array(users.length * LIST)
  for (let r = 0; r < users.length; r++) {
    items.set(topItems(scoresOf(r), histories[r]!, popularity, LIST), r * LIST)
  }
  return { rows: users.length, data: { user: users, items } }
}

/** The scores of `rows` users from their last states and the catalog, in f64, as listsOf takes them. */
export function scoresFrom(
  { states, catalog }: { states: HostTensor; catalog: HostTensor },
  rows: number,
): (r: number) => Float64Array {
  const [, length, width] = states.shape as [number, number, number]
  const items = catalog.shape[0]!
  const stride = 1 + upTo(items, 4)
  const all = new Float64Array((stride - 1) * width) // [N, D], then zeros
  all.set(catalog.data)
  const last = new Float64Array(BLOCK * width) // the last place of each row is its last D values
  const scores = new Float64Array(BLOCK * stride)

  const scoreBlock = (from: number) => {
    const count = Math.min(BLOCK, rows - from)
    for (let i = 0; i < count; i++) {
      const end = (from + i + 1) * length * width
      last.set(states.data.subarray(end - width, end), i * width)
    }
    logits({ states: last.subarray(0, upTo(count, 2) * width), catalog: all, width }, scores)
  }
  let scored = -1 // the first row of the block that `scores` holds
  return (r) => {
    const from = r - (r % BLOCK)
    if (from !== scored) scoreBlock(from)
    scored = from
    return scores.subarray((r - from) * stride, (r - from) * stride + items + 1)
  }
}

/** Users scored at a time: 8 · 32 · N bytes of scores. */
const BLOCK = 32

function upTo(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple
}

/** The first list that holds an id outside 0 … N, an item twice, or an item after a 0. */
export function listFlaw({ rows, data }: Columns, items: number): string | null {
  const [users, lists] = [data.user as Int32Array, data.items as Int32Array]
  for (let r = 0; r < rows; r++) {
    const list = lists.subarray(r * LIST, (r + 1) * LIST)
    const found = flawIn(list, items)
    if (found !== null) return `user ${users[r]}: ${found}`
  }
  return null
}

function flawIn(list: Int32Array, items: number): string | null {
  const end = list.indexOf(0)
  const filled = end === -1 ? list : list.subarray(0, end)
  const wrong = list.find((id) => id < 0 || id > items)
  if (wrong !== undefined) return `item ${wrong} is not in the catalog (1 to ${items})`
  const place = list.findIndex((id, i) => i >= filled.length && id !== 0)
  if (place !== -1) return `item ${list[place]} stands at place ${place + 1}, after a 0, which ends a list`
  if (new Set(filled).size === filled.length) return null
  return `item ${filled.find((id, i) => filled.indexOf(id) < i)} is listed twice`
}
