/**
 * Rows k = e^φ whose contrast lies in a window, attempts screened on a device and decided here, in f64, where they may be
 * in it: the same rows to the byte as without a device, for an attempt is passed over only when it is off the window by more than
 * the margin.
 */
import type { Columns } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { exp } from '../../math/elementary.ts'
import { findDevice } from '../../tensor/devices.ts'
import type { Key } from './address.ts'
import { type Embedding, embed, type FieldLaw } from './embedding.ts'
import { drawPair, inWindow, type Window } from './grf.ts'
import { breathe, noField, record, sideOf } from './record.ts'
import { type Attempt, openScreen, type Screen } from './screen.ts'

export interface Screened {
  field: FieldLaw
  contrast: Window
  attempts: number // a row
}

/** Attempts at a time: 33 MB of spectra at n = 128. */
const BATCH = 64

/** The first field in the window of every address, in order. `device`: of tensor/devices.ts, or gpu. */
export async function* screenedRows(
  law: Screened,
  key: Key,
  { from, to }: { from: number; to: number },
  { signal, device: named }: { signal: AbortSignal; device: string },
): AsyncGenerator<Columns> {
  const { grid } = law.field
  const found = await findDevice(named)
  if ('missing' in found) throw new UserError(`generator condiff: ${found.missing}`)
  const search: Search = { embedding: embed(law.field), key, law }
  const screen = await openScreen(search.embedding, grid + 1, BATCH, found.device)
  try {
    for (let first = from; first < to; first += BATCH) {
      const group = Array.from({ length: Math.min(BATCH, to - first) }, (_, i) => opened(first + i))
      for (let active = group; active.length > 0; active = active.filter((row) => isOpen(row, law))) {
        await breathe(signal)
        await screenOnce(screen, search, active)
      }
      for (const { address, attempt, phi } of group) {
        if (phi === null) throw noField(law, address)
        const row = { k: coefficient(phi), rhs: sideOf(key, address, grid), attempts: attempt + 1 }
        yield record(address, row)
      }
    }
  } finally {
    await screen.dispose()
  }
}

/** k = e^φ in f64, rounded once. */
function coefficient(phi: Float64Array): Float32Array {
  const k = new Float32Array(phi.length)
  for (let i = 0; i < phi.length; i++) k[i] = exp(phi[i]!)
  return k
}

interface Search {
  embedding: Embedding
  key: Key
  law: Screened
}
interface Row extends Attempt {
  phi: Float64Array | null // the field found; `attempt` is then its own, else the next to try
}

function opened(address: number): Row {
  return { address, attempt: 0, phi: null }
}

function isOpen({ phi, attempt }: Row, { attempts }: Screened): boolean {
  return phi === null && attempt < attempts
}

/** The next attempts of all open rows, as many each as the batch has room for. */
async function screenOnce(screen: Screen, search: Search, rows: readonly Row[]): Promise<void> {
  const { key, law } = search
  const each = Math.floor(BATCH / rows.length)
  const attempts = rows.flatMap(({ address, attempt }) => {
    const last = Math.min(attempt + each, law.attempts)
    return Array.from({ length: last - attempt }, (_, i) => ({ address, attempt: attempt + i }))
  })
  const hopeful = await screen.hopeful(key, attempts, law.contrast)
  const byAddress = new Map(rows.map((row) => [row.address, row]))
  for (const [i, at] of attempts.entries()) {
    const row = byAddress.get(at.address)!
    if (row.phi !== null) continue
    row.attempt = at.attempt
    if (hopeful[i]!.includes(true)) row.phi = decide(search, at)
    if (row.phi === null) row.attempt++
  }
}

function decide({ embedding, key, law }: Search, at: Attempt): Float64Array | null {
  const pair = drawPair(embedding, key, at, law.field.grid + 1)
  return pair.find((phi) => inWindow(phi, law.contrast)) ?? null
}
