/** Metrics of the track `recommenders`: targets at places 1, 2, 3, 5, 10, 11, 50 and nowhere, in lists of 50 of a catalog of 120. */
import type { Params, Schema } from '../../contracts.ts'
import { LIST, listSchema } from '../lists.ts'
import type { Case } from './case.ts'

const ITEMS = 120
const PLACES = [3, 1, 11, 0, 2, 10, 50, 5] // of each user's target; 0: not listed

export function listCases(): Case[] {
  const gain = (place: number) => 1 / Math.log2(place + 1)
  const over = (value: (place: number) => number, k: number) =>
    PLACES.reduce((sum, place) => sum + (place >= 1 && place <= k ? value(place) : 0), 0) / PLACES.length
  const places = [1, 5, 10, 50]
  const share = (k: number, value: number, about: string) =>
    of(`surprisal@${k}`, 'takers', about, value, taken(), TAKEN)
  return [
    share(
      5,
      0.3125,
      'mean of (0 + ¼ + ½ + ¾ + 1)/5, (1 + 1 + ¼)/3, 0 and 0 at 16, 8, 4, 2, 1, 0 takers of 16',
    ),
    share(2, 0.28125, 'mean of (0 + ¼)/2, 1, 0 and 0'),
    ...places.map((k) =>
      of(`ndcg@${k}`, 'places', `(Σ 1/log2(place + 1) over places ≤ ${k}) / 8`, over(gain, k)),
    ),
    ...places.map((k) =>
      of(
        `hit-rate@${k}`,
        'places',
        `places ≤ ${k} / 8`,
        over(() => 1, k),
      ),
    ),
    ...places.map((k) =>
      of(
        `mrr@${k}`,
        'places',
        `(Σ 1/place over places ≤ ${k}) / 8`,
        over((place) => 1 / place, k),
      ),
    ),
    // Users list 1 … 50 from an own start, one after another in steps of 5; the last user lists two items and zeros.
    of(
      'coverage@10',
      'lists',
      'starts 1, 6, …, 31 with 10 each cover 1 … 40; two more: 42 / 120',
      42 / 120,
      shifted(),
    ),
    of('coverage@2', 'lists', '7 starts with 2 each, and two more: 16 / 120', 16 / 120, shifted()),
  ]
}

/** Items other than the targets, which are 101 … 108. */
function placed(): Int32Array[] {
  return PLACES.map((place, user) =>
    Int32Array.from({ length: LIST }, (_, i) => (i + 1 === place ? 101 + user : 1 + ((i + user) % 100))),
  )
}

function shifted(): Int32Array[] {
  return PLACES.map((_, user) => {
    const isLast = user === PLACES.length - 1
    return Int32Array.from({ length: LIST }, (_, i) => (isLast ? (i < 2 ? 119 + i : 0) : 1 + user * 5 + i))
  })
}

/** Items 1 … 5 have 16, 8, 4, 2, 1 takers of 16, all others none. */
const TAKEN: Params = {
  takers: Array.from({ length: ITEMS + 1 }, (_, item) => (item >= 1 && item <= 5 ? 2 ** (5 - item) : 0)),
  takersOf: 16,
}

function taken(): Int32Array[] {
  const lists = [[1, 2, 3, 4, 5], [5, 6, 2], [], [1]]
  return PLACES.map((_, user) => {
    const list = lists[user % lists.length]!
    return Int32Array.from({ length: LIST }, (_, i) => list[i] ?? 0)
  })
}

function of(
  metric: string,
  name: string,
  about: string,
  value: number,
  lists = placed(),
  facts: Params = {},
): Case {
  const user = Int32Array.from(PLACES, (_, i) => 1 + i)
  const target = user.map((id) => 100 + id)
  const items = Int32Array.from(lists.toReversed().flatMap((list) => [...list]))
  const truth: Schema = {
    user: { type: 'i32', shape: [], about: 'User' },
    target: { type: 'i32', shape: [], about: 'The one item to be found' },
  }
  return {
    id: `${metric}-${name}`,
    track: 'recommenders',
    ...{ metric, about, value, facts: { items: ITEMS, ...facts } },
    truth: { rows: user.length, data: { user, target } },
    predicted: { rows: user.length, data: { user: user.toReversed(), items } },
    schemas: { truth, predicted: listSchema },
  }
}
