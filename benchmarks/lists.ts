/** Predictions of the track `recommenders`: one list of items per user. */
import type { Columns, Schema } from '../contracts.ts'
import { type Logits, openLogits } from '../kernels/logits.ts'
import type { HostTensor } from '../tensor/types.ts'
import { openTop, topItems } from './top-items.ts'

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

/** Top lists of users by the products of their last states with the catalog, in f64 (kernels/logits.as.ts). */
export type ProductLists = (users: Int32Array, histories: readonly Int32Array[], output: Output) => Columns

/** states [B, L, D], of which the last place counts; catalog [N, D]. */
interface Output {
  states: HostTensor
  catalog: HostTensor
}

/**
 * Users come in blocks and items in tiles, so that memory does not grow with users × items; a list does not depend on where they
 * are cut. What is opened keeps the memory of its kernel from call to call.
 */
export function openProductLists(popularity: Float64Array): ProductLists {
  const scoresOf = openScores()
  return (users, histories, output) => {
    const items = new Int32Array(users.length * LIST)
    const score = scoresOf(output)
    for (let from = 0; from < users.length; from += BLOCK) {
      const count = Math.min(BLOCK, users.length - from)
      const tops = Array.from({ length: count }, (_, i) => openTop(histories[from + i]!, popularity, LIST))
      score(from, count, (i, scores, first) => tops[i]!.offer(scores, first))
      for (const [i, top] of tops.entries()) items.set(top.items, (from + i) * LIST)
    }
    return { rows: users.length, data: { user: users, items } }
  }
}

/** Hands out the scores of user `from` + i, tile by tile: scores[j] is that of item first + j. The array is used again. */
type Score = (
  from: number,
  count: number,
  take: (i: number, scores: Float64Array, first: number) => void,
) => void

/** One output after another: a new one ends the use of the last. `most` items a tile. */
export function openScores(most = TILE): (output: Output) => Score {
  let kernel: Logits | undefined
  let opened = { width: 0, items: 0 }
  return ({ states, catalog }) => {
    const [, length, width] = states.shape as [number, number, number]
    const items = catalog.shape[0]!
    const tile = Math.max(1, Math.min(most, items, Math.floor(TILE_NUMBERS / width)))
    if (kernel === undefined || opened.width !== width || opened.items < tile) {
      kernel = openLogits({ rows: BLOCK, items: tile, width })
      opened = { width, items: tile }
    }
    const { states: last, load, multiply } = kernel
    let loaded = -1 // the first row of the tile that the kernel holds
    return (from, count, take) => {
      for (let i = 0; i < count; i++) {
        const end = (from + i + 1) * length * width // the last place of a user is its last D numbers
        last.set(states.data.subarray(end - width, end), i * width)
      }
      for (let row = 0; row < items; row += tile) {
        const size = Math.min(tile, items - row)
        if (loaded !== row) load((catalog.data as Float32Array).subarray(row * width, (row + size) * width))
        loaded = row
        const scores = multiply(count)
        for (let i = 0; i < count; i++) take(i, scores(i), row + 1)
      }
    }
  }
}

/** Users scored at a time, items of a tile and its numbers: 8 · 128 · 4096 bytes of scores, and at most twice that of items. */
const BLOCK = 128
const TILE = 4096
const TILE_NUMBERS = TILE * 256

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
