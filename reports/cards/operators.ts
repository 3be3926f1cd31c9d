/** What a card says of coefficient fields and the solutions of −div(k ∇x) = rhs. */
import { join } from 'node:path'
import type { Columns, Dataset } from '../../contracts.ts'
import { readParquet } from '../../io/parquet.ts'
import type { Block, Describer, Section } from '../card.ts'
import { quantilesTable, shortNumber } from '../card-tables.ts'
import { histogramSvg } from '../histogram.ts'
import { sampleFigures } from './operators/samples.ts'
import { equationOf, HARD, INTERESTING, READ, READING, SCHEME, TRANSPOSED } from './operators/words.ts'

const operators: Describer = {
  about: 'Cards of coefficient fields and their solutions',
  async describe(dataset, folder) {
    const n = Number(dataset.facts.grid)
    const numbers = await scalars(dataset, folder)
    return {
      before: [
        { title: 'Equation', blocks: equationOf(dataset) },
        { title: 'Grid and scheme', blocks: [{ kind: 'text', text: SCHEME(n) }] },
        { title: 'The first test rows', blocks: await sampleFigures(dataset, folder) },
      ],
      after: [
        await contrastOf(dataset, numbers.get('contrast')),
        accuracyOf(dataset, numbers),
        {
          title: INTERESTING,
          blocks: [{ kind: 'list', items: HARD(dataset, numbers.get('contrast')) }],
        },
        { title: READ, blocks: [...READING(dataset), { kind: 'warning', text: TRANSPOSED }] },
      ],
    }
  },
}

export default operators

type Numbers = ReadonlyMap<string, Float64Array>

/** Columns with one float a row, over all splits. Shards are read one at a time. */
async function scalars({ schema, shards }: Dataset, folder: string): Promise<Numbers> {
  const names = Object.keys(schema).filter(
    (name) => schema[name]!.shape.length === 0 && /^f/.test(schema[name]!.type),
  )
  const parts: Columns[] = []
  for (const shard of shards)
    parts.push(await readParquet(join(folder, shard.path), { columns: names, schema, expect: shard }))
  return new Map(
    names.map((name) => [
      name,
      Float64Array.from(parts.flatMap(({ data }) => Array.from(data[name] as Float64Array))),
    ]),
  )
}

async function contrastOf({ params, facts }: Dataset, contrast: Float64Array | undefined): Promise<Section> {
  const title = 'Contrast and acceptance'
  const said = (text: string): Section => ({ title, blocks: [{ kind: 'text', text }] })
  if (contrast?.every((value) => value === 1) ?? params.generator === 'poisson')
    return said('k = 1 everywhere: the contrast is 1, and nothing is rejected.')
  if (contrast === undefined) return said('The dataset has no column of contrasts.')
  const svg = await histogramSvg(contrast, { axis: 'contrast max k / min k', what: 'rows' })
  const figure: Block = {
    kind: 'figure',
    caption: `Contrast of all ${contrast.length} rows.`,
    pictures: [{ file: 'contrast.svg', alt: 'Histogram of the contrast', svg }],
  }
  return { title, blocks: [{ kind: 'text', text: acceptance(params.contrast, facts) }, figure] }
}

/** One transform gives two fields, and the second is tried only when the first is outside: the rate is per transform. */
function acceptance(window: unknown, { rows, rejectedDraws }: Dataset['facts']): string {
  if (typeof rows !== 'number' || typeof rejectedDraws !== 'number') return ''
  if (!Array.isArray(window)) return 'Every field that was drawn is a row: there is no window.'
  const rate = `${shortNumber((100 * rows) / (rows + rejectedDraws))} %`
  return (
    `A field is a row when its contrast lies in [${window.map(Number).map(shortNumber).join(', ')}]. Acceptance rate: ` +
    `${rate} (${shortNumber(rows)} rows from ${shortNumber(rows + rejectedDraws)} transforms; one transform gives two fields, ` +
    'and the second is tried when the first is outside).'
  )
}

function accuracyOf({ params, facts }: Dataset, numbers: Numbers): Section {
  const shown = [...numbers].filter(([name, values]) => name !== 'contrast' && values.length > 0)
  const title = 'Accuracy of the solutions'
  if (params.solver === undefined) {
    const unknown = 'The manifest does not say what solved these systems, nor how well.'
    return {
      title,
      blocks: [{ kind: 'text', text: unknown }, ...(shown.length > 0 ? [quantilesTable(shown)] : [])],
    }
  }
  const solver = `Solved by ${params.solver}; every residual was computed again in float64 from the stored k and rhs.`
  const fallbacks = Number(facts.fallbacks ?? 0)
  const again = fallbacks > 0 ? ` ${fallbacks} rows were left by it and solved by banded Cholesky.` : ''
  const missed = Number(facts.unconverged ?? 0)
  const reached = missed === 0 ? 'Every row was accepted.' : `${missed} rows did not reach what was asked.`
  const text = `${solver} ${reached}${again}`
  const blocks: Block[] = [{ kind: 'text', text }]
  if (shown.length > 0) blocks.push(quantilesTable(shown))
  if (numbers.has('majorant')) blocks.push({ kind: 'text', text: CERTIFICATES })
  return { title, blocks }
}

const CERTIFICATES =
  'algebraic and majorant are guaranteed, each row by itself: algebraic bounds the distance of x from the exact solution of the discrete system, majorant that of the linear interpolant of x from the solution of the continuous problem, both in the energy norm. majorant measures the discretization: it is large where rhs or k is rough on this grid, however well the system was solved.'
