/** What an entry must be when somebody else wrote it: its bytes, its place, and its scores against those computed again. */
import type { Score } from '../../../contracts.ts'
import { pretty } from '../../../io/json.ts'
import { ENTRY_BYTES, type Entry } from '../entry.ts'
import type { Rule } from '../rule.ts'

/** Before it is read. */
export const sizeRule: Rule<{ size: number }> = {
  id: 'entry-size',
  says: 'An entry is small.',
  flaw: ({ size }) => (size > ENTRY_BYTES ? `has ${size} bytes, at most ${ENTRY_BYTES}` : null),
}

/** Before it is parsed. */
export interface Written {
  bytes: Buffer
}
export const writtenRules: readonly Rule<Written>[] = [
  {
    id: 'entry-mark',
    says: 'An entry has no byte-order mark.',
    flaw: ({ bytes }) => (bytes[0] === 0xef && bytes[1] === 0xbb ? 'begins with a byte-order mark' : null),
  },
  {
    id: 'entry-utf8',
    says: 'An entry is UTF-8.',
    flaw: ({ bytes }) => (Buffer.from(bytes.toString('utf8')).equals(bytes) ? null : 'is not UTF-8'),
  },
]

/** Where it lies, and what it says of itself. */
export interface Placed {
  path: string // 'operators/my-operator.json'
  text: string
  entry: Entry
  now: Date
  metrics: readonly string[] // of the track
  dataset: { name: string; version: string; manifest: string; track: string }
}
const DAY = 86_400_000

export const placedRules: readonly Rule<Placed>[] = [
  {
    id: 'entry-place',
    says: 'An entry lies at <track>/<name>.json.',
    flaw: ({ path, entry }) =>
      path === `${entry.track}/${entry.name}.json`
        ? null
        : `says it is ${entry.name} of ${entry.track}, but lies at ${path}`,
  },
  {
    id: 'entry-form',
    says: 'An entry is written as fieldrank writes it: one value a key, in order.',
    flaw: ({ text, entry }) =>
      text === pretty(entry)
        ? null
        : 'is not written as fieldrank writes it (a key twice, another order, other spaces)',
  },
  {
    id: 'entry-future',
    says: 'No entry is from tomorrow.',
    flaw: ({ entry, now }) =>
      Date.parse(entry.submitted) > now.getTime() + DAY
        ? `was submitted at ${entry.submitted}, which is to come`
        : null,
  },
  {
    id: 'entry-predictions',
    says: 'Predictions are named by the entry and their hash.',
    flaw({ entry: { name, predictions } }) {
      const expected = `${name}.${predictions.sha256.slice(0, 12)}.parquet`
      return predictions.path === expected
        ? null
        : `predictions are ${predictions.path}, expected ${expected}`
    },
  },
  {
    id: 'entry-version',
    says: 'The dataset is of the version that is here.',
    flaw: ({ entry, dataset }) =>
      entry.dataset.version === dataset.version
        ? null
        : `was made on version ${entry.dataset.version} of ${dataset.name}, here is ${dataset.version}`,
  },
  {
    id: 'entry-manifest',
    says: 'The dataset is the very one that is here.',
    flaw: ({ entry, dataset }) =>
      entry.manifest === dataset.manifest
        ? null
        : `was made on another ${dataset.name}: manifest ${entry.manifest.slice(0, 12)}…, here ${dataset.manifest.slice(0, 12)}…`,
  },
  {
    id: 'entry-metrics',
    says: 'The scores are those of the track.',
    flaw({ entry, metrics }) {
      const given = Object.keys(entry.scores)
      const other =
        metrics.find((name) => !given.includes(name)) ?? given.find((name) => !metrics.includes(name))
      return other === undefined
        ? null
        : `has scores of ${given.join(', ')}, expected ${metrics.join(', ')} ('${other.slice(0, 60)}')`
    },
  },
]

/** Against what is computed again. */
export interface Recomputed {
  entry: Entry
  scores: { readonly [metric: string]: Score }
  predictions: { sha256: string; bytes: number }
}
/** A score is a sum of rows in a fixed order: another machine differs in the last digits of √, log and sin alone. */
export const SAME = 1e-12

export const predictionsRule: Rule<Omit<Recomputed, 'scores'>> = {
  id: 'predictions-sha256',
  says: 'The predictions are those that the entry names.',
  flaw: ({ entry, predictions }) =>
    entry.predictions.sha256 === predictions.sha256 && entry.predictions.bytes === predictions.bytes
      ? null
      : `predictions have sha256 ${predictions.sha256.slice(0, 12)}… and ${predictions.bytes} bytes, the entry says ${entry.predictions.sha256.slice(0, 12)}… and ${entry.predictions.bytes}`,
}

export const recomputedRules: readonly Rule<Recomputed>[] = [
  predictionsRule,
  {
    id: 'score-same',
    says: `Every score is computed again and differs by less than ${SAME}.`,
    flaw({ entry, scores }) {
      for (const [name, again] of Object.entries(scores)) {
        const said = entry.scores[name]
        for (const key of ['value', 'stderr', 'rows', 'median', 'p95'] as const) {
          const [a, b] = [said?.[key] ?? null, again[key] ?? null]
          if (a === b || (a !== null && b !== null && Math.abs(a - b) < SAME * Math.max(1, Math.abs(b))))
            continue
          return `${name}: ${key} is ${a}, computed again it is ${b}`
        }
      }
      return null
    },
  },
]
