/**
 * Histories as the layers of a network see them: all L places of each, or those alone that hold an item, side by side.
 * What is computed place by place is then not computed in vain; what looks from place to place spreads them out for it.
 * Letters: B batch, L length, M places that a batch names (`Batch.known`), D width.
 */
import { addRows, type Tensor, tf } from '../../tensor/index.ts'

export interface Places {
  ids: Tensor // int32 [B, L] or [M]; 0 where a named place holds none
  /** One row for each: of a table [L, D], or of values [B, L, D]. */
  each(table: Tensor): Tensor
  take(values: Tensor): Tensor
  /** Back to [B, L, D], 0 at places that are not named. */
  spread(rows: Tensor): Tensor
}

const same = (values: Tensor) => values

/** Nothing is left out, so nothing is moved. */
export const EVERYWHERE: Pick<Places, 'take' | 'spread'> = { take: same, spread: same }

/** All of history [B, L], or those that `known` names, int32 [M] into B L. A place named more than once must hold no item. */
export function placesOf(history: Tensor, known?: Tensor): Places {
  if (known === undefined) return { ids: history, each: same, ...EVERYWHERE }
  const [size, length] = history.shape as [number, number]
  const column = known.mod(tf.scalar(length, 'int32')).toInt() // [M]
  return {
    ids: tf.gather(history.flatten(), known),
    each: (table) => tf.gather(table, column),
    take: (values) => tf.gather(values.reshape([size * length, -1]), known),
    spread: (rows) => addRows(rows, known, size * length).reshape([size, length, -1]),
  }
}
