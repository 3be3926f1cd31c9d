/**
 * One test row of a dataset as pictures: k, rhs, x, and what a method predicts for it. Only the row group that holds the row is
 * read, and verified before it is decoded; what was read is kept while the page is open.
 */
import type { Schema } from '../../../contracts.ts'
import { type ByteSource, remembered, type Traffic } from '../../../io/byte-source.ts'
import { readRanges } from '../../../io/parquet-ranges.ts'
import { evenRangeOf, rangeOf } from '../../range.ts'
import type { Published, Recipe } from '../recompute.ts'
import { drawField } from './draw-field.ts'
import { kilobytes, opener, pageData, whyChosen } from './page-data.ts'

type Fields = Record<string, Float64Array>
type Open = (file: Published) => Promise<ByteSource>

export function rowViewer(section: HTMLElement): void {
  const recipe = pageData<Recipe>('recipe')
  const form = section.querySelector('form')
  const status = section.querySelector<HTMLElement>('.status')
  if (recipe === null || form === null || status === null) return
  const traffic: Traffic = { requests: 0, bytes: 0 }
  const field = <T extends Element>(name: string) => form.querySelector<T>(`[name=${name}]`)!
  const [row, line, files] = [
    field<HTMLInputElement>('row'),
    field<HTMLSelectElement>('line'),
    field<HTMLInputElement>('files'),
  ]
  const why = whyChosen([...recipe.truth.shards, ...Object.values(recipe.lines).flatMap(({ runs }) => runs)])
  section.querySelector<HTMLElement>('.own-files')!.hidden = why === null

  const open = keeping(opener, files, traffic)
  let latest = 0
  const draw = async () => {
    const own = ++latest
    const number = Math.min(Number(row.max), Math.max(0, Math.round(Number(row.value) || 0)))
    row.value = String(number)
    if (location.protocol === 'file:' && !files.files?.length) return void (status.textContent = why)
    try {
      const fields = await fieldsOf(recipe, number, line.value, open)
      if (own !== latest) return // another row was asked for meanwhile
      show(section, fields)
      const read =
        traffic.requests > 0 ? ` So far ${traffic.requests} range requests, ${kilobytes(traffic.bytes)}.` : ''
      const id = fields[recipe.key]![0]!
      const place = id === number ? '' : ` (place ${number} in its files)`
      status.textContent = `Row ${id}${place}, its row group checked by its hash.${read}`
    } catch (error) {
      if (own === latest) status.textContent = (error as Error).message
    }
  }
  const step = (by: number) => () => {
    row.value = String(Number(row.value) + by)
    void draw()
  }
  field('before').addEventListener('click', step(-1))
  field('after').addEventListener('click', step(1))
  form.addEventListener('change', () => void draw())
  form.addEventListener('submit', (event) => event.preventDefault())
  void draw()
}

/** A source per file, opened once; anew when other files are chosen. */
function keeping(make: typeof opener, files: HTMLInputElement, traffic: Traffic): Open {
  const kept = new Map<string, Promise<ByteSource>>()
  files.addEventListener('change', () => kept.clear())
  return (file) => {
    const known = kept.get(file.sha256)
    if (known !== undefined) return known
    const source = make(Array.from(files.files ?? []), traffic)(file).then(remembered)
    kept.set(file.sha256, source)
    source.catch(() => kept.delete(file.sha256))
    return source
  }
}

/** Place `at` in the shards joined in order; predictions are found by the same key, since their order is free. */
async function fieldsOf(recipe: Recipe, at: number, line: string, open: Open): Promise<Fields> {
  const { shard, place } = shardOf(recipe.truth.shards, at)
  const key = recipe.truth.schema[recipe.key]!
  const truth = await rowOf(await open(shard), shard, recipe.truth.schema, place)
  const fields: Fields = { ...truth, k: truth.k!.map(Math.log10) }
  const run = recipe.lines[line]?.runs[0]
  if (run === undefined) return fields
  const source = await open(run)
  const { data } = await readRanges(source, run, { schema: { [recipe.key]: key } })
  const where = (data[recipe.key] as Int32Array).indexOf(truth[recipe.key]![0]!)
  const { x } = await rowOf(source, run, recipe.predictions, where)
  return { ...fields, prediction: x!, error: x!.map((value, i) => value - truth.x![i]!) }
}

function shardOf(shards: readonly Published[], at: number): { shard: Published; place: number } {
  let before = 0
  for (const shard of shards) {
    if (at < before + shard.rows) return { shard, place: at - before }
    before += shard.rows
  }
  throw new Error(`row ${at}: the test split has ${before} rows`)
}

async function rowOf(source: ByteSource, file: Published, schema: Schema, at: number): Promise<Fields> {
  const { data } = await readRanges(source, file, { schema, from: at, to: at + 1 })
  const entries = Object.entries(data).map(
    ([name, values]) => [name, Float64Array.from(values as Float64Array)] as const,
  )
  return Object.fromEntries(entries)
}

/** x and its prediction share a scale; what has a sign has its white at 0, except where x itself is compared. */
function show(section: HTMLElement, { k, rhs, x, prediction, error }: Fields): void {
  const canvas = (name: string) => section.querySelector<HTMLCanvasElement>(`canvas[data-field=${name}]`)!
  const solution = prediction === undefined ? rangeOf(x!) : rangeOf(x!, prediction)
  drawField(canvas('k'), k!, rangeOf(k!), 'viridis')
  drawField(canvas('rhs'), rhs!, evenRangeOf(rhs!), 'diverging')
  drawField(canvas('x'), x!, solution, 'viridis')
  section.querySelector<HTMLElement>('.predicted')!.hidden = prediction === undefined
  if (prediction === undefined || error === undefined) return
  drawField(canvas('prediction'), prediction, solution, 'viridis')
  drawField(canvas('error'), error, evenRangeOf(error), 'diverging')
}
