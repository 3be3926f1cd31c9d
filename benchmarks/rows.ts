/**
 * Whether a run is trained on the rows that each step looks up (`sparse`: sparse-network.ts) or on the whole item table
 * (`dense`, as published). The key `rows` of the budget says which; `auto` takes the rows beyond MANY items, where model, loss
 * and optimizer allow it. Which one ran stands in run.json.
 */
import type { Json, Loss, Model, Params, Rng } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { collectWeights } from '../tensor/init.ts'
import { actsOnRows } from '../tensor/rows.ts'
import { type Budget, oneOf } from './budget.ts'
import type { Chosen } from './choice.ts'

/** Dense Adam moves seven numbers for each one of the table at every step, and its state alone is 4 N D bytes three times over. */
export const MANY = 200_000

export type Rows = 'dense' | 'sparse'

export function rowsOf(
  asked: Json,
  {
    model,
    loss,
    facts,
    budget,
    optimizer,
  }: {
    model: Chosen<Model>
    loss: Chosen<Loss>
    facts: Params
    budget: Budget
    optimizer: { name: string; params: Params }
  },
): Rows {
  oneOf('rows', String(asked), ['auto', 'dense', 'sparse'])
  if (asked === 'dense') return 'dense'
  const items = Number(facts.items)
  if (asked === 'auto' && items <= MANY) return 'dense'
  const reason = whyNotSparse({ model, loss, facts }, budget, actsOnRows(optimizer))
  if (reason === null) return 'sparse'
  if (asked === 'auto') return 'dense'
  throw new UserError(`budget: rows 'sparse' ${reason}. Set rows: dense`)
}

/** Half a sentence; null where nothing stands against it. */
function whyNotSparse(
  { model, loss, facts }: { model: Chosen<Model>; loss: Chosen<Loss>; facts: Params },
  { ema }: Budget,
  rowwise: boolean,
): string | null {
  if (loss.entry.lookups === undefined)
    return `does not go with loss ${loss.name}, which needs the whole catalog`
  if (tableOf(model, facts) === null)
    return `does not go with model ${model.name}, which has not just one weight with a row for each item`
  if (ema > 0) return 'does not go with ema, which averages every row at every step'
  return rowwise ? null : 'needs an optimizer that acts number by number: adam, adamw, lion or sgd'
}

/** The one weight that grows with the catalog, with a row for each item; null where there is none, or more. */
export function tableOf({ params, entry }: Chosen<Model>, facts: Params): string | null {
  const of = (items: number) =>
    collectWeights((init) => entry.build(params, { ...facts, items }, init), constant)
  const [one, two] = [of(1), of(2)]
  const grown = [...two].filter(([name, { data }]) => one.get(name)?.data.length !== data.length)
  const [table] = grown
  return grown.length === 1 && table![1].shape[0] === 2 ? table![0] : null
}

/** Numbers that nobody looks at. */
const constant = (): Rng => ({ uniform: () => 0.5, normal: () => 0, integer: () => 0, words: () => {} })
