/** Predictions and truth side by side: both in the order of their key, whatever the order they came in. */
import type { Columns } from '../contracts.ts'
import { take } from '../io/columns.ts'

export { byKey } from '../io/columns.ts'

/** The rows of `columns` whose keys are `ids`, in that order. A missing one is a bug of the caller. */
export function withKeys(columns: Columns, key: string, ids: Int32Array): Columns {
  const rows = new Map(Array.from(columns.data[key] as Int32Array, (id, row) => [id, row]))
  return take(
    columns,
    ids.map((id) => {
      const row = rows.get(id)
      if (row === undefined) throw new Error(`${key} ${id} is missing`)
      return row
    }),
  )
}
