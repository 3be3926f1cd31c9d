/** Pictures of the first rows of the test split (or of the first split that has rows): log₁₀ k, rhs, x. */
import { join } from 'node:path'
import type { Dataset } from '../../../contracts.ts'
import { readParquet } from '../../../io/parquet.ts'
import type { Block, Picture } from '../../card.ts'
import { diverging, viridis } from '../../colormap.ts'
import { panelSvg } from '../../panel.ts'
import { evenRangeOf, rangeOf } from '../../picture.ts'

const SHOWN = 3

export async function sampleFigures({ schema, shards }: Dataset, folder: string): Promise<Block[]> {
  const shard = shards.find(({ split }) => split === 'test') ?? shards[0]
  if (shard === undefined) return []
  const columns = ['row', 'k', 'rhs', 'x']
  const { rows, data } = await readParquet(join(folder, shard.path), { columns, schema, expect: shard })
  const isPlain = (data.k as Float32Array).every((value) => value === 1)
  return Array.from({ length: Math.min(SHOWN, rows) }, (_, r) => {
    const field = (name: string) => {
      const values = data[name] as Float32Array
      return Float64Array.from(values.subarray((r * values.length) / rows, ((r + 1) * values.length) / rows))
    }
    const row = (data.row as Int32Array)[r]!
    const pictures = [
      ...(isPlain
        ? []
        : [
            picture(
              `k-${row}`,
              'log₁₀ k',
              `Coefficient of row ${row}, logarithmic`,
              field('k').map(Math.log10),
            ),
          ]),
      picture(`rhs-${row}`, 'rhs', `Right-hand side of row ${row}`, field('rhs'), true),
      picture(`x-${row}`, 'x', `Solution of row ${row}`, field('x'), true),
    ]
    const caption = r === 0 ? `Row ${row} of ${shard.split}. ${ORIENTATION}` : `Row ${row}.`
    return { kind: 'figure', caption, pictures } satisfies Block
  })
}

const ORIENTATION =
  'The first index runs down, the second to the right; k on its cells, rhs and x on the nodes between them.'

/** Signed fields have their white at 0. */
function picture(file: string, title: string, alt: string, values: Float64Array, isSigned = false): Picture {
  const n = Math.round(Math.sqrt(values.length))
  const look = isSigned
    ? { range: evenRangeOf(values), map: diverging }
    : { range: rangeOf(values), map: viridis }
  return { file: `${file}.svg`, alt, svg: panelSvg({ title, alt, n, values, ...look }) }
}
