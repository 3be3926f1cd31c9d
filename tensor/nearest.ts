/**
 * The rows of a table in host memory with the largest products with each of a few centers, without the products of all at once:
 * the table passes tile by tile, and each center keeps its best so far.
 *
 *   P = B W_tileᵀ  [C, t]        C centers, t rows of a tile, D width, N rows
 *
 * The products are float32 on the device, C · t of them in memory; N · C are compared on the host, about a nanosecond each.
 * Which of equal products is taken at the border is open.
 */

import { zeros } from './compiled.ts'
import { compileOn, type EngineOptions } from './devices.ts'
import { keepLargest, type Largest } from './largest.ts'
import type { Program } from './program.ts'
import * as tf from './tf.ts'
import type { HostTensor } from './types.ts'
import './index.ts'

export interface Nearest {
  /** centers [C, D], table [N, D] → the rows of each center in no order, one center after the other. */
  run(centers: HostTensor, table: HostTensor): Promise<Int32Array[]>
  dispose(): Promise<void>
}

/** Rows of a tile: 8192 by 64 numbers are 2 MB, which stay in a cache. */
export const TILE = 8192

export async function openNearest(
  { centers: count, rows, width, each }: { centers: number; rows: number; width: number; each: number },
  options: EngineOptions,
): Promise<Nearest> {
  const size = Math.min(TILE, rows)
  const program: Program = {
    inputs: {
      centers: { shape: [count, width], dtype: 'float32' },
      tile: { shape: [size, width], dtype: 'float32' },
    },
    run: ({ centers, tile }) => ({ products: tf.matMul(centers!, tile!, false, true) }), // [C, t]
  }
  const compiled = await compileOn(program, options)
  const products = zeros({ shape: [count, size], dtype: 'float32' })

  return {
    async run(centers, table) {
      const best = Array.from({ length: count }, () => keepLargest(Math.min(each, rows)))
      for (let from = 0; from < rows; from += size) {
        const start = Math.min(from, rows - size) // the last tile begins earlier, and its first rows were seen
        const data = table.data.subarray(start * width, (start + size) * width)
        await compiled.run({ centers, tile: { ...table, shape: [size, width], data } }, { products })
        offerTile(best, products.data, { size, skip: from - start, first: from })
      }
      return best.map((largest) => largest.names())
    },
    dispose: compiled.dispose,
  }
}

function offerTile(
  best: readonly Largest[],
  products: ArrayLike<number>,
  { size, skip, first }: { size: number; skip: number; first: number },
): void {
  for (const [c, largest] of best.entries()) largest.offer(products, c * size + skip, (c + 1) * size, first)
}
