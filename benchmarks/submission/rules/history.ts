/**
 * What a change may do to the entries that were there: compared with the merge base, never with the tip of the branch it goes
 * to, which may have moved on (that gives false alarms).
 */
import type { Entry } from '../entry.ts'
import type { Rule } from '../rule.ts'

export interface Change {
  before: Entry | null
  after: Entry | null
  base: Date // of the merge base
}

/** How long a proposal may lie about before it is merged. */
const OPEN = 90 * 86_400_000

export const historyRules: readonly Rule<Change>[] = [
  {
    id: 'entry-kept',
    says: 'No entry is removed.',
    flaw: ({ before, after }) =>
      after === null && before !== null
        ? `is removed; ${before.by.name} submitted it on ${before.submitted}`
        : null,
  },
  both('owner-kept', 'No entry changes its owner.', (before, after) =>
    before.by.name === after.by.name ? null : `belongs to ${before.by.name}, and now says ${after.by.name}`,
  ),
  both('dataset-kept', 'No entry moves to another track or dataset.', (before, after) =>
    before.track === after.track && before.dataset.name === after.dataset.name
      ? null
      : `was on ${before.dataset.name}, and now is on ${after.dataset.name}`,
  ),
  both('replaces-kept', 'What an entry replaced stays written.', (before, after) => {
    const [old, now] = [before.replaces ?? [], after.replaces ?? []]
    const lost = old.findIndex((line, i) => JSON.stringify(line) !== JSON.stringify(now[i]))
    return lost === -1 ? null : `line ${lost + 1} of replaces was changed or removed`
  }),
  both('change-told', 'No score, and no predictions, change without a word.', (before, after) => {
    if (isSame(before, after)) return null
    const line = after.replaces?.[before.replaces?.length ?? 0]
    if (line?.submitted === before.submitted && line.sha256 === before.predictions.sha256) return null
    return `${difference(before, after)}, and replaces does not say why. fieldrank submit --replace "<why>"`
  }),
  {
    id: 'not-backdated',
    says: 'No entry is made older than it is.',
    flaw({ before, after, base }) {
      if (after === null) return null
      if (before !== null && isSame(before, after) && after.submitted !== before.submitted)
        return `was submitted at ${before.submitted}, and now says ${after.submitted}`
      if (before !== null && after.submitted < before.submitted)
        return `was submitted at ${before.submitted}, and now says ${after.submitted}`
      if (before === null && Date.parse(after.submitted) < base.getTime() - OPEN)
        return `is new, but says it was submitted at ${after.submitted}, long before the state it is added to (${base.toISOString()})`
      return null
    },
  },
]

function both(id: string, says: string, flaw: (before: Entry, after: Entry) => string | null): Rule<Change> {
  return {
    id,
    says,
    flaw: ({ before, after }) => (before === null || after === null ? null : flaw(before, after)),
  }
}

/** In what a board shows as the result. */
function isSame(before: Entry, after: Entry): boolean {
  return (
    before.predictions.sha256 === after.predictions.sha256 &&
    before.manifest === after.manifest &&
    before.dataset.version === after.dataset.version &&
    JSON.stringify(before.method) === JSON.stringify(after.method) &&
    JSON.stringify(before.scores) === JSON.stringify(after.scores)
  )
}

function difference(before: Entry, after: Entry): string {
  const [changed] = Object.keys(before.scores).filter(
    (name) => JSON.stringify(before.scores[name]) !== JSON.stringify(after.scores[name]),
  )
  if (changed === undefined) return 'its predictions, dataset or method changed'
  return `${changed} changed from ${before.scores[changed]!.value} to ${after.scores[changed]?.value ?? 'nothing'}`
}
