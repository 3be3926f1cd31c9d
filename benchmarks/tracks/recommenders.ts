/**
 * Next-item recommendation over the whole catalog, one target per user.
 *
 * Letters: B batch, L length, N items 1 … N (0 pads). A training sequence s₁ … s_n gives inputs s₁ … s_{n−1} and targets
 * s₂ … s_n, of which the most recent L pairs are kept, padded on the left; users with fewer than two items are skipped, and
 * one epoch sees each user once (as Mezentsev et al., arXiv:2409.18721, section 4 and code). Asked for a prediction, a network
 * sees the last L items of the history; its state at the last place meets the catalog in f64 on the host.
 *
 * A list holds the 50 best items without those of the whole history, ties by higher training popularity, then smaller id
 * (top-items.ts). An item that the user will take again can therefore never be hit.
 */
import type {
  Columns,
  HostBatch,
  Interactions,
  Opened,
  Params,
  Ranker,
  Recommenders,
  Rng,
  Search,
  Split,
  Track,
} from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { importHnsw } from '../../io/hnsw.ts'
import { readSplit } from '../../io/manifest.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { openApproximateLists } from '../approximate-lists.ts'
import { cut } from '../batches.ts'
import { oneOf } from '../budget.ts'
import { listFlaw, listSchema, listsOf, openProductLists } from '../lists.ts'
import { countItems, countTakers, putLast, putPairs } from '../sequences.ts'

const recommenders: Track<Recommenders> = {
  about: 'Next-item recommendation: a history in, the 50 best items of the whole catalog out',
  cite: 'doi:10.1145/3640457.3688140',
  key: 'user',
  defaults: {
    length: 32, // L
    rows: 'auto', // which rows of the item table a step sees (rows.ts)
    search: 'exact', // 'approximate': the lists of a network on the test split come from an index (approximate-lists.ts)
  },
  watch: 'ndcg@10',

  predictions: () => listSchema,

  async open(dataset, folder, params) {
    const items = itemsOf(dataset.facts)
    const length = params.length as number
    if (!Number.isInteger(length) || length < 1)
      throw new UserError(`budget: length must be a whole number from 1 (got ${length})`)
    const { search = 'exact' } = params
    oneOf('search', String(search), ['exact', 'approximate'])
    const read = (split: Split) => readSplit(folder, dataset, split, COLUMNS)
    const learned = await read('train')
    const [train, valid, test] = [learned, await read('valid'), await read('test')].map(usersOf)
    const ends = learned.data.time as BigInt64Array
    const interactions = { items, sequences: sequencesOf(train!), ends }
    const whole = opened({ train: train!, valid: valid!, test: test! }, interactions, length)
    if (search === 'exact') return whole
    const asked = { popularity: countItems(interactions.sequences, items), rows: test!.ids.length }
    return { ...whole, search: (signal) => openSearch(asked, signal) }
  },

  truth: (dataset, folder, split) => readSplit(folder, dataset, split, ['user', 'target']),

  async measured(dataset, folder) {
    const train = usersOf(await readSplit(folder, dataset, 'train', COLUMNS))
    return {
      takers: [...countTakers(sequencesOf(train), itemsOf(dataset.facts))],
      takersOf: train.ids.length,
    }
  },

  flaw: (predictions, facts) => listFlaw(predictions, itemsOf(facts)),

  paramsFor: ({ history }) => (history?.[1] ? { length: history[1] } : {}),
}

export default recommenders

const COLUMNS = ['user', 'history', 'target', 'time']

interface Users {
  ids: Int32Array
  histories: readonly Int32Array[]
  targets: Int32Array
}

function opened(
  splits: Record<Split, Users>,
  interactions: Interactions,
  length: number,
): Opened<Recommenders> {
  const { items, sequences } = interactions
  const popularity = countItems(sequences, items)
  const listsByProduct = openProductLists(popularity)
  const learnable = Int32Array.from(sequences.keys()).filter((row) => sequences[row]!.length >= 2)

  return {
    facts: { items, length },
    shapes: (size) => ({ input: { history: declared(size, length) }, target: declared(size, length) }),
    rows: (split) => (split === 'train' ? learnable.length : splits[split].ids.length),

    async *batches(split, size, shuffle, known) {
      if (split === 'train')
        yield* trainBatches(splits.train.ids, { sequences, learnable }, { size, length, known }, shuffle)
      else yield* askBatches(splits[split], length, size, shuffle)
    },

    mostKnown(size, shuffles) {
      let most = 0
      for (const shuffle of shuffles) {
        for (const { order } of cut(learnable.length, size, shuffle)) {
          const pairs = (i: number) => Math.min(sequences[learnable[i]!]!.length - 1, length)
          most = Math.max(
            most,
            order.reduce((sum, i) => sum + pairs(i), 0),
          )
        }
      }
      return most
    },

    /** As our networks have them, or the score of each item itself: column i is item i, column 0 does not count. */
    outputs: (size) => [
      { states: [size, length, 'D'], catalog: [items, 'D'] },
      { scores: [size, items + 1] },
    ],

    predict({ states, catalog, scores: given }, batch) {
      const { histories } = batch as Asked
      if (!given) return listsByProduct(batch.ids, histories, { states: states!, catalog: catalog! })
      const stride = items + 1
      return listsOf(batch.ids, histories, popularity, (r) =>
        Float64Array.from(given.data.subarray(r * stride, (r + 1) * stride)),
      )
    },

    fit(method, params) {
      const rank = (method as Ranker).fit(interactions, params)
      const rowOf = new Map(Array.from(splits.train.ids, (id, row) => [id, row]))
      return async (split) => {
        const { ids, histories } = splits[split]
        const scores = new Float64Array(items + 1)
        return listsOf(ids, histories, popularity, (r) => {
          rank(histories[r]!, scores, rowOf.get(ids[r]!))
          return scores
        })
      }
    },
  }
}

/** The test split by approximate search, which takes a network's states and catalog. */
async function openSearch(
  asked: { popularity: Float64Array; rows: number },
  signal?: AbortSignal,
): Promise<Search> {
  const lists = openApproximateLists(await importHnsw(), asked, signal)
  return {
    predict: ({ states, catalog }, batch) =>
      lists.predict(batch.ids, (batch as Asked).histories, { states: states!, catalog: catalog! }),
    facts: lists.facts,
  }
}

/** A batch that asks for predictions also carries the whole histories, whose items are not to be listed. */
interface Asked extends HostBatch {
  histories: readonly Int32Array[] // [rows]
}

function* trainBatches(
  users: Int32Array,
  train: { sequences: readonly Int32Array[]; learnable: Int32Array },
  { size, length, known }: { size: number; length: number; known: number | undefined },
  shuffle?: Rng,
): Generator<HostBatch> {
  for (const { rows, order } of cut(train.learnable.length, size, shuffle)) {
    const chosen = order.map((i) => train.learnable[i]!)
    const [inputs, targets] = [new Int32Array(size * length), new Int32Array(size * length)]
    for (const [i, row] of chosen.entries())
      putPairs({ inputs, targets }, i * length, train.sequences[row]!, length)
    yield {
      rows,
      ids: chosen.subarray(0, rows).map((row) => users[row]!),
      input: { history: { ...declared(size, length), data: inputs } }, // [B, L]
      target: { ...declared(size, length), data: targets }, // [B, L]
      ...(known !== undefined && { known: knownOf(targets, known) }),
    }
  }
}

/** The places that hold an item, and then the first that holds none: int32 [M]. */
function knownOf(targets: Int32Array, most: number): HostTensor {
  const data = new Int32Array(most).fill(targets.indexOf(0))
  let count = 0
  for (const [place, item] of targets.entries()) {
    if (item !== 0) data[count++] = place
  }
  if (count > most) throw new Error(`recommenders: a batch with ${count} known places, ${most} expected`)
  return { shape: [most], dtype: 'int32', data }
}

/** The target stands at the last place alone. No network sees it. */
function* askBatches(split: Users, length: number, size: number, shuffle?: Rng): Generator<Asked> {
  for (const { rows, order } of cut(split.ids.length, size, shuffle)) {
    const [history, target] = [new Int32Array(size * length), new Int32Array(size * length)]
    for (const [i, row] of order.entries()) {
      putLast(history, i * length, split.histories[row]!, length)
      target[(i + 1) * length - 1] = split.targets[row]!
    }
    const chosen = order.subarray(0, rows)
    yield {
      rows,
      ids: chosen.map((row) => split.ids[row]!),
      input: { history: { ...declared(size, length), data: history } }, // [B, L]
      target: { ...declared(size, length), data: target }, // [B, L]
      histories: Array.from(chosen, (row) => split.histories[row]!),
    }
  }
}

function declared(size: number, length: number) {
  return { shape: [size, length], dtype: 'int32' as const }
}

function usersOf({ data }: Columns): Users {
  return {
    ids: data.user as Int32Array,
    histories: data.history as readonly Int32Array[],
    targets: data.target as Int32Array,
  }
}

/** All that a user took in training, in order. */
function sequencesOf({ histories, targets }: Users): Int32Array[] {
  return histories.map((history, row) => append(history, targets[row]!))
}

function append(history: Int32Array, target: number): Int32Array {
  const sequence = new Int32Array(history.length + 1)
  sequence.set(history)
  sequence[history.length] = target
  return sequence
}

function itemsOf({ items }: Params): number {
  if (typeof items !== 'number')
    throw new UserError(`facts of the dataset: items must be a number (got ${items})`)
  return items
}
