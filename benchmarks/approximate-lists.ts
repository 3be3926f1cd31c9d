/**
 * Top lists through an index over the item vectors (io/hnsw.ts), for catalogs whose exact ranking takes too long.
 *
 * Asked for 50 + |history| neighbors, the index leaves 50 once the history is taken out. Those that it finds are scored in f64
 * and ordered as the exact lists are, so a list errs by what the index did not find alone.
 *
 *   recall@50 = mean over users of |approximate ∩ exact| / |exact|
 *
 * over all users, or over one in ⌈users / 1000⌉ of them, for whom the exact list is made too. A run made so says it in run.json
 * and stands on no board unless asked for.
 */
import { setImmediate } from 'node:timers/promises'
import type { Columns, Params, Submission } from '../contracts.ts'
import { type OpenIndex, settings, type VectorIndex } from '../io/hnsw.ts'
import type { HostTensor } from '../tensor/types.ts'
import { LIST, openProductLists, type ProductLists } from './lists.ts'
import { openTop } from './top-items.ts'

interface Output {
  states: HostTensor // [B, L, D], of which the last place counts
  catalog: HostTensor // [N, D], the same at every call
}

export interface ApproximateLists {
  predict(users: Int32Array, histories: readonly Int32Array[], output: Output): Promise<Columns>
  facts(): Params
}

/** `rows` users will be asked for, in all calls together. The index is made at the first. */
export function openApproximateLists(
  openIndex: OpenIndex,
  { popularity, rows, most = SAMPLE }: { popularity: Float64Array; rows: number; most?: number },
  signal?: AbortSignal,
): ApproximateLists {
  const stride = Math.ceil(rows / most)
  const exactly = openProductLists(popularity)
  let index: VectorIndex | null = null
  let [asked, users, total] = [0, 0, 0] // users listed, users in the sample, and the sum of their recalls

  return {
    async predict(ids, histories, output) {
      index ??= await fill(openIndex, output.catalog, signal)
      const items = new Int32Array(ids.length * LIST)
      const checked: number[] = []
      for (let r = 0; r < ids.length; r++) {
        items.set(
          listOf(index, stateOf(output.states, r), histories[r]!, output.catalog, popularity),
          r * LIST,
        )
        if (asked++ % stride === 0) checked.push(r)
      }
      const exact = exactLists(exactly, checked, { ids, histories }, output)
      const recalls = recallsOf(items, exact, checked)
      users += recalls.length
      for (const recall of recalls) total += recall
      return { rows: ids.length, data: { user: ids, items } }
    },
    facts: () => ({ index: 'hnsw', ...settings, [RECALL]: users === 0 ? null : total / users, users }),
  }
}

export const RECALL = `recall@${LIST}`

/** What a run says of its approximate search; null where its lists are exact. */
export function searchOf({ method: { params } }: Submission): Params | null {
  const { budget, search } = params as { budget?: Params; search?: Params }
  return budget?.search === 'approximate' ? (search ?? {}) : null
}

/** The recall alone, as a fact to print beside others. */
export function recallOf(search: Params | null | undefined): Params {
  return search ? { [RECALL]: search[RECALL] ?? null } : {}
}

/** `recall@50 0.998 over 1000 users` */
export function recallWords({ [RECALL]: recall, users }: Params): string {
  if (typeof recall !== 'number') return `${RECALL} unknown`
  return `${RECALL} ${Number(recall.toPrecision(3))} over ${users} ${users === 1 ? 'user' : 'users'}`
}

/** Exact lists made beside the others. */
const SAMPLE = 1000
/** Vectors added before others get a turn, a signal to stop among them. */
const TURN = 1000

async function fill(openIndex: OpenIndex, catalog: HostTensor, signal?: AbortSignal): Promise<VectorIndex> {
  const [items, width] = catalog.shape as [number, number]
  const index = openIndex(items, width)
  for (let row = 0; row < items; row++) {
    if (row % TURN === 0) {
      await setImmediate()
      signal?.throwIfAborted()
    }
    index.add(rowOf(catalog, row))
  }
  return index
}

function listOf(
  index: VectorIndex,
  state: Float32Array,
  history: Int32Array,
  catalog: HostTensor,
  popularity: Float64Array,
): Int32Array {
  const count = Math.min(catalog.shape[0]!, LIST + new Set(history).size)
  const found = Int32Array.from(index.nearest(state, count)).sort() // openTop wants rising ids
  const top = openTop(history, popularity, LIST)
  for (const row of found) top.offer(Float64Array.of(dot(state, rowOf(catalog, row))), row + 1)
  return top.items
}

function exactLists(
  exactly: ProductLists,
  rows: readonly number[],
  { ids, histories }: { ids: Int32Array; histories: readonly Int32Array[] },
  { states, catalog }: Output,
): Int32Array {
  const width = catalog.shape[1]!
  const data = new Float32Array(rows.length * width)
  for (const [i, r] of rows.entries()) data.set(stateOf(states, r), i * width)
  const users = Int32Array.from(rows, (r) => ids[r]!)
  const own = rows.map((r) => histories[r]!)
  const last: HostTensor = { shape: [rows.length, 1, width], dtype: 'float32', data }
  return exactly(users, own, { states: last, catalog }).data.items as Int32Array
}

/** One for each checked row; none for a user who has seen the whole catalog. */
function recallsOf(items: Int32Array, exact: Int32Array, rows: readonly number[]): number[] {
  return rows.flatMap((r, i) => {
    const wanted = exact.subarray(i * LIST, (i + 1) * LIST).filter((item) => item !== 0)
    const got = new Set(items.subarray(r * LIST, (r + 1) * LIST))
    return wanted.length === 0 ? [] : [wanted.filter((item) => got.has(item)).length / wanted.length]
  })
}

/** The last place of row r. */
function stateOf({ shape, data }: HostTensor, r: number): Float32Array {
  const [, length, width] = shape as [number, number, number]
  const end = (r + 1) * length * width
  return (data as Float32Array).subarray(end - width, end)
}

function rowOf({ shape, data }: HostTensor, row: number): Float32Array {
  const width = shape[1]!
  return (data as Float32Array).subarray(row * width, (row + 1) * width)
}

/** In f64 and in the order of d, as kernels/logits.as.ts sums. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!
  return sum
}
