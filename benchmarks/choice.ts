/** What params say of a model, a loss or a baseline: a name, or { name, …overrides of its defaults }. */
import type { About, Params } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { load, nameOf } from '../io/lookup.ts'
import { withDefaults } from '../io/params.ts'

export type Choice = string | (Params & { name: string })

export interface Chosen<T> {
  name: string // a path is called by its file name
  entry: T
  params: Params // its defaults ← overrides
}

export async function choose<T extends About & { defaults: Params }>(
  kind: string,
  folder: string,
  choice: Choice,
): Promise<Chosen<T>> {
  const { name: given, ...overrides } = typeof choice === 'string' ? { name: choice } : choice
  if (typeof given !== 'string')
    throw new UserError(`${kind}: expected a name, or { name, … } (got ${JSON.stringify(choice)})`)
  const entry = await load<T>(kind, folder, given)
  const name = nameOf(given)
  return { name, entry, params: withDefaults(`${kind} ${name}`, entry.defaults, overrides) }
}
