/** The optimizers by name, and one of them with its settings filled in. */
import type { Params } from '../contracts.ts'
import { adam, adamw } from './optimizers/adam.ts'
import { lion } from './optimizers/lion.ts'
import { muon } from './optimizers/muon.ts'
import type { Named, Optimizer } from './optimizers/optimizer.ts'
import { sgd } from './optimizers/sgd.ts'
import { soap } from './optimizers/soap.ts'

export const optimizers: Named<Optimizer> = { adam, adamw, lion, muon, sgd, soap }

export interface OpenOptimizer {
  optimizer: Optimizer
  settings: Params
}

/** Settings have the keys of `defaults`, and their types. */
export function openOptimizer(name: string, params: Params = {}): OpenOptimizer {
  const optimizer = Object.hasOwn(optimizers, name) ? optimizers[name] : undefined
  if (optimizer === undefined)
    throw new Error(`optimizer '${name}' is not among ${Object.keys(optimizers).join(', ')}`)
  const settings: Record<string, Params[string]> = { ...optimizer.defaults }
  for (const [key, value] of Object.entries(params)) {
    if (!Object.hasOwn(settings, key) || typeof value !== typeof settings[key])
      throw new Error(
        `optimizer ${name}: setting '${key}' must be one of ${Object.keys(settings).join(', ')} and of its type ` +
          `(got ${JSON.stringify(value)})`,
      )
    settings[key] = value
  }
  return { optimizer, settings }
}
