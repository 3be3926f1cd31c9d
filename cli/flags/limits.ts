/** How long, and with how much memory, a model may run in its child process. */
import { UserError } from '../../io/errors.ts'
import type { Limits } from '../../pipelines/guard.ts'
import type { Option } from '../verb.ts'

export const limitFlags: readonly Option[] = [
  ['--seconds <number>', 'the process that runs the model is ended after this time', '600'],
  ['--memory <MiB>', 'and when it holds more memory than this', '4096'],
]

export function limitsOf({ seconds, memory }: Record<string, unknown>): Limits {
  return { seconds: above('seconds', seconds), bytes: above('memory', memory) * 2 ** 20 }
}

/** A whole number from 1, of a flag. */
export function wholeNumber(flag: string, given: unknown): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new UserError(`--${flag}: must be a whole number from 1 (got ${given})`)
}

function above(flag: string, given: unknown): number {
  const value = Number(given)
  if (Number.isFinite(value) && value > 0) return value
  throw new UserError(`--${flag}: must be a number above 0 (got ${given})`)
}
