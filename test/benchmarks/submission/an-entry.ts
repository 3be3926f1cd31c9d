/** An entry that keeps every rule. */
import type { Entry } from '../../../benchmarks/submission/entry.ts'

export const entry: Entry = {
  name: 'mine',
  submitted: '2026-01-02T03:04:05.000Z',
  about: 'Mine.',
  track: 'operators',
  dataset: { name: 'toy', version: '1.0.0' },
  method: { model: 'Mine', loss: 'none', params: {}, seed: 0, parameters: 0 },
  predictions: { path: `mine.${'a'.repeat(12)}.parquet`, sha256: 'a'.repeat(64), bytes: 9 },
  by: { name: 'A' },
  made: { version: '0.1.0' },
  manifest: 'b'.repeat(64),
  scores: { 'relative-l2': { value: 0.5, stderr: 0.1, rows: 5, median: 0.4, p95: 0.9 } },
}
