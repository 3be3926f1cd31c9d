/**
 * A log in memory, cut down: scores hang on the size of the catalog, so a made log is compared with a real one at equal size.
 * A cut is `users` users drawn at random, then the k-core of the same depth as the log has, at most 5.
 */
import type { Rng } from '../../contracts.ts'
import { permutation } from '../../math/permutation.ts'

/** Events of each user in the order of time; items are any numbers from 0. */
export interface Log {
  sequences: readonly Int32Array[]
  moments: readonly { last: number; gap: number }[] | null // of each user: when the last event was, and how long after the one before
}
/** Distinct users of every item, distinct items of every user, at least. */
export interface Depth {
  items: number
  users: number
}

const DEEPEST = 5

export function depthOf({ sequences }: Log): Depth {
  const takers = takersOf(sequences)
  const least = (counts: Iterable<number>) =>
    [...counts].reduce((low, count) => Math.min(low, count), DEEPEST)
  return { items: least(takers.values()), users: least(sequences.map((items) => new Set(items).size)) }
}

/** `users` of them, all in random order when they are fewer. */
export function draw(log: Log, users: number, rng: Rng): Log {
  if (log.sequences.length <= users) return log
  const chosen = permutation(log.sequences.length, rng).subarray(0, users).sort()
  return only(log, chosen)
}

/** The largest part of the log in which both bounds hold. */
export function coreOf(log: Log, { items, users }: Depth): Log {
  let kept = log
  for (;;) {
    const takers = takersOf(kept.sequences)
    const sequences = kept.sequences.map((events) => events.filter((item) => takers.get(item)! >= items))
    const rows = [...sequences.keys()].filter((row) => new Set(sequences[row]).size >= Math.max(1, users))
    const next = only({ ...kept, sequences }, rows)
    if (eventsOf(next) === eventsOf(kept)) return next
    kept = next
  }
}

/** Items numbered 1…N by first appearance. */
export function numbered({ sequences }: Log): { items: number; sequences: Int32Array[] } {
  const numbers = new Map<number, number>()
  const numberOf = (item: number) => numbers.get(item) ?? numbers.set(item, numbers.size + 1).size
  const renamed = sequences.map((events) => events.map(numberOf))
  return { items: numbers.size, sequences: renamed }
}

export function eventsOf({ sequences }: Log): number {
  return sequences.reduce((sum, events) => sum + events.length, 0)
}

function takersOf(sequences: readonly Int32Array[]): Map<number, number> {
  const takers = new Map<number, number>()
  for (const events of sequences)
    for (const item of new Set(events)) takers.set(item, (takers.get(item) ?? 0) + 1)
  return takers
}

function only({ sequences, moments }: Log, rows: Iterable<number>): Log {
  const chosen = [...rows]
  return {
    sequences: chosen.map((row) => sequences[row]!),
    moments: moments === null ? null : chosen.map((row) => moments[row]!),
  }
}
