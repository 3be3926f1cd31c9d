/** A network over a split: every row once, in order, in batches of one size whose padding is dropped. */
import type { Columns, Network, Opened, Search, Split } from '../contracts.ts'
import { concat } from '../io/columns.ts'
import type { HostTensor } from '../tensor/types.ts'

/** Predictions of all rows of a split, or of its first `most`; null as soon as an output is not finite. */
export async function predictSplit(
  opened: Opened,
  network: Network,
  {
    split,
    size,
    most = Number.POSITIVE_INFINITY,
    search = opened,
    signal,
  }: {
    split: Split
    size: number
    most?: number
    search?: Pick<Search, 'predict'> | Pick<Opened, 'predict'> // what makes predictions of outputs
    signal: AbortSignal
  },
): Promise<Columns | null> {
  const parts: Columns[] = []
  let rows = 0
  for await (const batch of opened.batches(split, size)) {
    signal.throwIfAborted()
    const output = await network(batch.input)
    if (!Object.values(output).every(allFinite)) return null
    const counted = { ...batch, rows: Math.min(batch.rows, most - rows) }
    parts.push(
      await search.predict(output, { ...counted, ids: batch.ids.subarray(0, counted.rows) }, network),
    )
    rows += counted.rows
    if (rows >= most) break
  }
  if (parts.length === 0) throw new Error(`predictSplit: the ${split} split has no rows`)
  return concat(parts)
}

function allFinite({ data }: HostTensor): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return false
  return true
}
