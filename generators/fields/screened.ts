/**
 * Rows of a field set, found by screening attempts on a device and deciding on the few that are left here, in f64: the same rows
 * to the byte as without a device, because an attempt is passed over only when it is off the window by more than the margin.
 */
import type { Key } from './address.ts'
import type { Embedding } from './embedding.ts'
import { drawPair, inWindow, type Window } from './grf.ts'
import type { Attempt, Screen } from './screen.ts'

export interface Found extends Attempt {
  phi: Float64Array | null // null: no field in the window among the attempts allowed
}
interface Search {
  embedding: Embedding
  key: Key
  side: number
  window: Window
  most: number // attempts a row
}

/** For each address, in order, the first field in the window. */
export async function* screenedFields(
  screen: Screen,
  search: Search,
  { from, to }: { from: number; to: number },
  breathe: () => Promise<void>,
): AsyncGenerator<Found> {
  for (let first = from; first < to; first += screen.batch) {
    const count = Math.min(screen.batch, to - first)
    const group = Array.from(
      { length: count },
      (_, i): Found => ({ address: first + i, attempt: 0, phi: null }),
    )
    let active = group
    while (active.length > 0) {
      await breathe()
      await screenOnce(screen, search, active)
      active = active.filter(({ phi, attempt }) => phi === null && attempt < search.most)
    }
    yield* group
  }
}

/** The next attempts of all active rows, as many each as the batch has room for; `attempt` ends at the hit, or at the next to try. */
async function screenOnce(screen: Screen, search: Search, active: readonly Found[]): Promise<void> {
  const each = Math.max(1, Math.floor(screen.batch / active.length))
  const attempts = active.flatMap(({ address, attempt }) => {
    const last = Math.min(attempt + each, search.most)
    return Array.from({ length: last - attempt }, (_, i) => ({ address, attempt: attempt + i }))
  })
  const hopeful = await screen.hopeful(search.key, attempts, search.window)
  const rows = new Map(active.map((row) => [row.address, row]))
  for (const [i, at] of attempts.entries()) {
    const row = rows.get(at.address)!
    if (row.phi !== null) continue
    row.attempt = at.attempt
    if (hopeful[i]!.includes(true)) row.phi = decide(search, at)
    if (row.phi === null) row.attempt++
  }
}

function decide({ embedding, key, side, window }: Search, at: Attempt): Float64Array | null {
  return drawPair(embedding, key, at, side).find((phi) => inWindow(phi, window)) ?? null
}
