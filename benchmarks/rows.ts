/**
 * Whether a run is trained on the rows that each step looks up (`sparse`: sparse-network.ts) or on the whole item table
 * (`dense`, as published). The key `rows` of the budget says which; `auto` takes the rows beyond MANY items, where model, loss
 * and optimizer allow it. Which one ran stands in run.json.
 */
import type { Json, Loss, Params } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { actsOnRows } from '../tensor/rows.ts'
import { type Budget, oneOf } from './budget.ts'
import type { Chosen } from './choice.ts'

/** Dense Adam moves seven numbers for each one of the table at every step, and its state alone is 4 N D bytes three times over. */
export const MANY = 200_000

export type Rows = 'dense' | 'sparse'

export function rowsOf(
  asked: Json,
  {
    loss,
    facts,
    budget,
    optimizer,
  }: {
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
  const reason = whyNotSparse(loss, budget, actsOnRows(optimizer))
  if (reason === null) return 'sparse'
  if (asked === 'auto') return 'dense'
  throw new UserError(`budget: rows 'sparse' ${reason}. Set rows: dense`)
}

/** Half a sentence; null where nothing stands against it. */
function whyNotSparse(loss: Chosen<Loss>, { ema }: Budget, rowwise: boolean): string | null {
  if (loss.entry.lookups === undefined)
    return `does not go with loss ${loss.name}, which needs the whole catalog`
  if (ema > 0) return 'does not go with ema, which averages every row at every step'
  return rowwise ? null : 'needs an optimizer that acts number by number: adam, adamw, lion or sgd'
}
