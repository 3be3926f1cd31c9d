/**
 * What goes wrong on a network, as a sentence with advice for the loop that tries again.
 *
 *   again      the same place may do better: a cut, a stall, a busy server
 *   restart    the same, but what is held is of no use
 *   elsewhere  this place will not do better: another mirror might
 */
import { UserError } from '../errors.ts'

export type Advice = 'again' | 'restart' | 'elsewhere'
export type Trouble = UserError & { advice: Advice; after?: number }

/** `after`: milliseconds that the server asks to wait. */
export function trouble(advice: Advice, message: string, after?: number): Trouble {
  return Object.assign(new UserError(message), { advice, ...(after === undefined ? {} : { after }) })
}

export function isTrouble(error: unknown): error is Trouble {
  return error instanceof UserError && 'advice' in error
}
