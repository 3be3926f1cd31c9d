/** A mistake of the user: one clear sentence, exit code 2, no stack. Everything else that is thrown is a bug. */
export class UserError extends Error {
  override name = 'UserError'
}

/**
 * " Did you mean 'unet'?" for the closest of `names`, or '' when none is close.
 * Close: at most a third of the letters differ (edit distance), or one contains the other.
 */
export function suggest(name: string, names: readonly string[]): string {
  let best = ''
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const near = candidate.includes(name) || (name.includes(candidate) && candidate.length > 2)
    const distance = near ? 1 : editDistance(name, candidate)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best === '' ? '' : ` Did you mean '${best}'?`
}

/** Edits that turn a into b: insert, delete, change a letter, or swap two neighbors (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? before[j - 2]! + 1 : Infinity
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change, swap))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
