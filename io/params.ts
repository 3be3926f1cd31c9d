/** `defaults` is the schema: an override must name an existing key and have its type. One sentence serves all kinds. */
import type { Json, Params } from '../contracts.ts'
import { suggest, UserError } from './errors.ts'

/**
 * defaults ← overrides. Throws `model unet: param 'channels' must be a number like its default 32 (got "32")`.
 * A default of null takes anything.
 */
export function withDefaults<P extends Params>(subject: string, defaults: P, overrides: Params = {}): P {
  for (const [key, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(defaults, key)) {
      const names = Object.keys(defaults)
      const known = names.length > 0 ? `known: ${names.join(', ')}` : 'it has none'
      throw new UserError(`${subject}: unknown param '${key}' (${known}).${suggest(key, names)}`)
    }
    const fallback = defaults[key] as Json
    if (fallback !== null && value !== null && kindOf(value) !== kindOf(fallback)) {
      const article = kindOf(fallback) === 'object' ? 'an' : 'a'
      const like = `${article} ${kindOf(fallback)} like its default ${JSON.stringify(fallback)}`
      throw new UserError(`${subject}: param '${key}' must be ${like} (got ${JSON.stringify(value)})`)
    }
  }
  return { ...defaults, ...overrides } as P
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value
}
