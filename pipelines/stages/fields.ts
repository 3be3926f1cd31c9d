/**
 * Coefficient fields and right-hand sides of a generator, shard by shard, as Arrow files beside fields.json.
 *
 * params: `generator` (a name in generators/, or a path), `rows` { train, valid, test, perShard }, and the law: the
 * generator's own params. A row depends on law, seed, split and its index alone, so shards are made in any order and
 * a killed stage goes on after its last whole one; other numbers of rows or of shards change no row.
 */
import { join } from 'node:path'
import type {
  Artifact,
  Columns,
  Context,
  Generator,
  Params,
  Schema,
  Split,
  Stage,
  Work,
} from '../../contracts.ts'
import { addressOf } from '../../generators/fields/address.ts'
import { writeArrow } from '../../io/arrow.ts'
import { concat } from '../../io/columns.ts'
import { UserError } from '../../io/errors.ts'
import { exists, sha256File } from '../../io/files.ts'
import { canonical } from '../../io/json.ts'
import { load } from '../../io/lookup.ts'
import { shardName } from '../../io/manifest.ts'
import { withDefaults } from '../../io/params.ts'
import { quantile } from '../../math/statistics.ts'
import { type FieldsShard, writeFieldsFile } from '../fields-file.ts'
import type { Shards } from '../stage-file.ts'

type FieldsParams = Params & { generator: string; rows: Params }

/** What the journal keeps of a shard, so that facts need no second reading. */
type Receipt = Artifact & { rows: number; attempts: number; contrasts: readonly number[] }

const fields: Work<FieldsParams> = async (stage, ctx) => {
  const { generator: name, rows, ...law } = stage.params
  const generator = await load<Generator>('generator', 'generators', name)
  const params = withDefaults(`generator ${name}`, generator.defaults, law)
  const schema = generator.schema(params)
  const lacking = NEEDED.filter((column) => !Object.hasOwn(schema, column))
  if (lacking.length > 0)
    throw new UserError(`generator ${name}: no column '${lacking[0]}', expected ${NEEDED.join(', ')}`)
  const plan = shardsOf(stage.id, rows)
  const total = plan.reduce((sum, shard) => sum + shard.to - shard.from, 0)
  const folder = ctx.out(stage.outs[0]!)
  const receipts: Receipt[] = []
  let done = 0
  const log = onceEach(ctx.log)
  for (const shard of plan.slice(...(ctx.part ?? []))) {
    const tick = () => ctx.progress(++done, total, 'rows')
    const held = await finished(ctx, folder, shard.path)
    done += held === null ? 0 : held.rows
    receipts.push(
      held ??
        (await makeShard({ generator, params, schema, device: stage.device, log }, shard, folder, ctx, tick)),
    )
  }
  if (ctx.part) return {}
  const facts = factsOf(receipts)
  await writeFieldsFile(folder, {
    about: generator.aboutOf?.(params) ?? generator.about,
    ...(generator.cite === undefined ? {} : { cite: generator.cite }),
    generator: name,
    params,
    seed: ctx.seed,
    schema,
    shards: plan.map(({ split, path }, s): FieldsShard => {
      const { rows, sha256, bytes } = receipts[s]!
      return { split, path, rows, sha256, bytes }
    }),
    facts,
  })
  return facts
}

export default fields

/** How many shards a cluster may make side by side. */
export const shards: Shards = async (stage) => shardsOf(stage.id, stage.params.rows as Params).length

const SPLITS = ['train', 'valid', 'test'] as const
const rowDefaults = { train: 0, valid: 0, test: 0, perShard: 100 }
const NEEDED = ['row', 'k', 'rhs', 'contrast', 'attempts']

interface PlannedShard {
  path: string
  split: Split
  from: number // index in the split
  to: number
}

/** All shards in the order of the splits; the last of a split may be short. */
function shardsOf(subject: string, given: Params): PlannedShard[] {
  const rows = withDefaults(`${subject}: rows`, rowDefaults, given)
  const whole = Object.values(rows).every((value) => Number.isInteger(value) && value >= 0)
  if (!whole || rows.perShard < 1 || rows.train + rows.valid + rows.test < 1) {
    const expected =
      '{ train, valid, test, perShard } in whole numbers, at least one row and one row per shard'
    throw new UserError(`${subject}: param 'rows' must be ${expected} (got ${JSON.stringify(given)})`)
  }
  return SPLITS.flatMap((split) => {
    const count = rows[split]
    const of = Math.ceil(count / rows.perShard)
    return Array.from({ length: of }, (_, index) => ({
      path: shardName(split, index, of, 'arrow'),
      split,
      from: index * rows.perShard,
      to: Math.min(count, (index + 1) * rows.perShard),
    }))
  })
}

/** The receipt of a shard that a former attempt finished and that still is what it was. */
async function finished(ctx: Context, folder: string, path: string): Promise<Receipt | null> {
  const receipt = ctx.journal.done(path) as Receipt | undefined
  if (receipt === undefined || !(await exists(join(folder, path)))) return null
  return (await sha256File(join(folder, path))) === receipt.sha256 ? receipt : null
}

interface Source {
  generator: Generator
  params: Params
  schema: Schema
  device: Stage['device']
  log: Context['log']
}

async function makeShard(
  { generator, params, schema, device, log }: Source,
  { path, split, from, to }: PlannedShard,
  folder: string,
  ctx: Context,
  tick: () => void,
): Promise<Receipt> {
  const { seed, signal, workers } = ctx
  const range = { from: addressOf(split, from), to: addressOf(split, from) + to - from }
  const parts: Columns[] = []
  for await (const part of generator.rows(params, range, { seed, signal, workers, device, log })) {
    parts.push(part)
    for (let row = 0; row < part.rows; row++) tick()
  }
  const columns = concat(parts)
  if (columns.rows !== to - from) throw new Error(`${path}: ${columns.rows} rows made, expected ${to - from}`)
  const metadata = { 'fieldrank.params': canonical({ ...params, seed: ctx.seed, split, from }) }
  const { sha256, bytes } = await writeArrow(join(folder, path), schema, columns, metadata)
  const { attempts, contrast } = columns.data
  const receipt: Receipt = {
    path,
    rows: columns.rows,
    sha256,
    bytes,
    attempts: (attempts as Int32Array).reduce((sum, count) => sum + count, 0),
    contrasts: Array.from(contrast as Float64Array),
  }
  await ctx.journal.record(path, { ...receipt })
  return receipt
}

/** What a generator has to say it says of every shard. */
function onceEach(log: Context['log']): Context['log'] {
  const said = new Set<string>()
  return (line) => {
    if (!said.has(line)) log(line)
    said.add(line)
  }
}

function factsOf(receipts: readonly Receipt[]) {
  const rows = receipts.reduce((sum, receipt) => sum + receipt.rows, 0)
  const attempts = receipts.reduce((sum, receipt) => sum + receipt.attempts, 0)
  const contrasts = receipts.flatMap((receipt) => receipt.contrasts)
  const contrastQuantiles = [0, 0.5, 1].map((q) => quantile(contrasts, q))
  return { rows, attempts, rejectedDraws: attempts - rows, contrastQuantiles }
}
