/** A rule that a submission keeps: its name, what it asks, and the flaw it finds as half a sentence that names the row. */
import { UserError } from '../../io/errors.ts'

export interface Rule<T> {
  id: string // 'key-missing': stands at the end of the message
  says: string // one sentence
  flaw(given: T): string | null
}

/** Throws the first flaw: `submission my-operator: 199 rows, the test split has 200 (row 41 is missing) [key-missing]`. */
export function refuse<T>(subject: string, rules: readonly Rule<T>[], given: T): void {
  for (const rule of rules) {
    const flaw = rule.flaw(given)
    if (flaw !== null) throw broken(subject, rule.id, flaw)
  }
}

export function broken(subject: string, id: string, flaw: string): UserError {
  return new UserError(`${subject}: ${flaw} [${id}]`)
}
