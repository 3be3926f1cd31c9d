import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, entrySchema, parseEntry } from '../../../benchmarks/submission/entry.ts'
import { refuse } from '../../../benchmarks/submission/rule.ts'
import {
  placedRules,
  recomputedRules,
  sizeRule,
  writtenRules,
} from '../../../benchmarks/submission/rules/entry.ts'
import { historyRules } from '../../../benchmarks/submission/rules/history.ts'
import { pretty } from '../../../io/json.ts'
import { entry } from './an-entry.ts'

/** The rule that refuses, or null. */
function brokenBy<T>(rules: Parameters<typeof refuse<T>>[1], given: T): string | null {
  try {
    refuse('x', rules, given)
    return null
  } catch (error) {
    return /\[([\w-]+)\]$/.exec((error as Error).message)![1]!
  }
}

describe('benchmarks/submission/entry', () => {
  it('has its schema beside the entries, as it is now', () => {
    const path = join(import.meta.dirname, '../../../submissions/schema.json')
    assert.deepEqual(
      JSON.parse(readFileSync(path, 'utf8')),
      JSON.parse(entrySchema()),
      'npm run docs:submission-schema writes it',
    )
    const schema = JSON.parse(entrySchema())
    assert.equal(schema.additionalProperties, false)
    assert.deepEqual(schema.required.includes('scores') && schema.required.includes('manifest'), true)
  })

  it('is read as it was written, and is strict', () => {
    assert.deepEqual(parseEntry(pretty(entry), 'x'), entry)
    assert.throws(
      () => parseEntry(pretty({ ...entry, rank: 1 }), 'x.json'),
      /x\.json: Unrecognized key: "rank"/,
    )
    assert.throws(() => parseEntry('{"__proto__": 1}', 'x.json'), /'__proto__' is not allowed/)
    assert.throws(
      () => parseEntry(pretty(entry).replace('0.5', '1e999'), 'x.json'),
      /scores\.relative-l2\.value/,
    )
  })

  it('is refused for its bytes', () => {
    const bytes = Buffer.from(pretty(entry))
    assert.equal(brokenBy(writtenRules, { bytes }), null)
    assert.equal(brokenBy([sizeRule], { size: 2 ** 18 + 1 }), 'entry-size')
    assert.equal(
      brokenBy(writtenRules, { bytes: Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]) }),
      'entry-mark',
    )
    assert.equal(brokenBy(writtenRules, { bytes: Buffer.concat([bytes, Buffer.of(0xff)]) }), 'entry-utf8')
  })

  const good = {
    path: 'operators/mine.json',
    text: pretty(entry),
    entry,
    now: new Date('2026-01-03'),
    metrics: ['relative-l2'],
    dataset: { name: 'toy', version: '1.0.0', manifest: 'b'.repeat(64), track: 'operators' },
  }
  const placed: [string, object][] = [
    ['entry-place', { path: 'operators/other.json' }],
    ['entry-place', { path: 'recommenders/mine.json' }],
    ['entry-form', { text: pretty(entry).replace('{', '{ "name": "x",') }],
    ['entry-form', { text: JSON.stringify(entry) }],
    ['entry-future', { now: new Date('2025-12-31') }],
    ['entry-version', { dataset: { ...good.dataset, version: '1.0.1' } }],
    ['entry-manifest', { dataset: { ...good.dataset, manifest: 'c'.repeat(64) } }],
    ['entry-metrics', { metrics: ['relative-l2', 'h1'] }],
    ['entry-metrics', { metrics: [] }],
  ]
  for (const [id, change] of placed)
    it(`is refused by ${id}`, () => assert.equal(brokenBy(placedRules, { ...good, ...change }), id))

  it('is refused when its predictions have another name', () => {
    const other = { ...entry, predictions: { ...entry.predictions, path: 'p.parquet' } }
    assert.equal(brokenBy(placedRules, { ...good, entry: other, text: pretty(other) }), 'entry-predictions')
    assert.equal(brokenBy(placedRules, good), null)
  })

  it('is held against what is computed again, to 1e-12', () => {
    const again = { entry, scores: entry.scores, predictions: { sha256: 'a'.repeat(64), bytes: 9 } }
    const score = (change: object) => ({
      ...again,
      scores: { 'relative-l2': { ...entry.scores['relative-l2']!, ...change } },
    })
    assert.equal(brokenBy(recomputedRules, again as never), null)
    assert.equal(brokenBy(recomputedRules, score({ value: 0.5 + 9e-13 }) as never), null)
    for (const change of [{ value: 0.5 + 2e-12 }, { stderr: null }, { rows: 4 }, { p95: 0.8 }])
      assert.equal(brokenBy(recomputedRules, score(change) as never), 'score-same')
    const other = { ...again, predictions: { sha256: 'a'.repeat(64), bytes: 8 } }
    assert.equal(brokenBy(recomputedRules, other as never), 'predictions-sha256')
  })

  const base = new Date('2026-01-01')
  const later = '2026-02-01T00:00:00.000Z'
  const line = { submitted: entry.submitted, sha256: entry.predictions.sha256, why: 'a better seed' }
  const scores = { 'relative-l2': { value: 0.4, stderr: 0.1, rows: 5 } }
  const changes: [string | null, Entry | null, Entry | null][] = [
    [null, entry, entry],
    [null, null, entry],
    [null, entry, { ...entry, about: 'Other words.' }],
    [null, entry, { ...entry, scores, submitted: later, replaces: [line] }],
    ['entry-kept', entry, null],
    ['owner-kept', entry, { ...entry, by: { name: 'B' } }],
    ['dataset-kept', entry, { ...entry, dataset: { name: 'other', version: '1.0.0' } }],
    ['replaces-kept', { ...entry, replaces: [line] }, { ...entry, replaces: [] }],
    ['replaces-kept', { ...entry, replaces: [line] }, { ...entry, replaces: [{ ...line, why: 'x' }] }],
    ['change-told', entry, { ...entry, scores, submitted: later }],
    [
      'change-told',
      entry,
      { ...entry, scores, submitted: later, replaces: [{ ...line, sha256: 'c'.repeat(64) }] },
    ],
    ['change-told', entry, { ...entry, method: { ...entry.method, seed: 1 } }],
    ['change-told', entry, { ...entry, predictions: { ...entry.predictions, sha256: 'c'.repeat(64) } }],
    ['not-backdated', entry, { ...entry, submitted: '2026-01-02T03:04:04.000Z' }],
    ['not-backdated', entry, { ...entry, submitted: later }],
    ['not-backdated', entry, { ...entry, scores, submitted: '2025-01-01T00:00:00.000Z', replaces: [line] }],
    ['not-backdated', null, { ...entry, submitted: '2020-01-01T00:00:00.000Z' }],
  ]
  for (const [n, [id, before, after]] of changes.entries())
    it(`compares with the merge base: ${id ?? 'all right'} (${n})`, () =>
      assert.equal(brokenBy(historyRules, { before, after, base }), id))
})
