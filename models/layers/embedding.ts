import { type Tensor, tf } from '../../tensor/index.ts'

/**
 * Rows of a table [N, D] by id: id j in 1…N gives row j − 1, id 0 (padding) gives zeros. ids int32 [...] →
 * [..., D]. Padding has no row of its own, so a catalog of N items is ranked and trained on exactly N rows.
 */
export function embed(table: Tensor, ids: Tensor): Tensor {
  const [, width] = table.shape as [number, number]
  const rows = tf.maximum(ids.sub(tf.scalar(1, 'int32')), tf.scalar(0, 'int32')).toInt()
  const found = tf.gather(table, rows.flatten()).reshape([...ids.shape, width]) // [..., D]
  return found.mul(present(ids))
}

/** 1 where there is an item, 0 where there is padding: int32 [...] → float32 [..., 1]. */
export function present(ids: Tensor): Tensor {
  return ids.greater(tf.scalar(0, 'int32')).toFloat().expandDims(-1)
}
