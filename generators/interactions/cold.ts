/**
 * Cold items: those that training has no event of, so that no method can have learned them. Splits by time drop them from what is
 * tested (`droppedItems` of a Cut). Under leave-one-out they stay: where all events of an item are targets, it is in the catalog
 * with a count of 0, and those targets can be hit by chance alone.
 */
import type { Duckdb } from '../../io/duckdb.ts'

export interface Cold {
  items: number // of the catalog
  valid: number // targets
  test: number
}

/** Asks the written files: `sequence`, and the rows as viewShards shows them. */
export async function countCold(db: Duckdb): Promise<Cold> {
  const known = '(SELECT DISTINCT item FROM sequence WHERE place <= trained)'
  const targets = (split: string) =>
    db.count(`SELECT count(*) FROM ${split}_rows WHERE target NOT IN ${known}`)
  return {
    items: await db.count(`SELECT count(*) FROM items WHERE item NOT IN ${known}`),
    valid: await targets('valid'),
    test: await targets('test'),
  }
}
