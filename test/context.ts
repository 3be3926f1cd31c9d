/**
 * A Context for calling a stage, a generator or a training loop in a temporary folder.
 * `dep(path)` and `out(path)` are `<root>/<path>`; `out` makes the folder. Nothing is renamed and nothing locked:
 * that is the engine's part, tested in test/pipelines.
 */
import { mkdirSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import type { Context, Journal, Json } from '../contracts.ts'
import { rng } from '../math/rng.ts'

export interface TestOptions {
  seed?: number // 42 as in pipeline.yaml
  journal?: Journal
  signal?: AbortSignal
  log?: (line: string) => void
  progress?: (done: number, total: number, unit: string) => void
}

export function testContext(root: string, options: TestOptions = {}): Context {
  const seed = options.seed ?? 42
  const place = (path: string) => (isAbsolute(path) ? path : join(root, path))
  return {
    root,
    seed,
    asked: { stages: '', flags: `--profile ${basename(root)}` },
    rng: (...name) => rng(seed, ...name),
    dep: place,
    out(path) {
      mkdirSync(place(path), { recursive: true })
      return place(path)
    },
    journal: options.journal ?? memoryJournal(),
    log: options.log ?? (() => {}),
    workers: 1,
    progress: options.progress ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
  }
}

/** A journal that lives as long as the test; give the same one to a second call to see a stage resume. */
export function memoryJournal(receipts: Record<string, Json> = {}): Journal {
  const held = new Map(Object.entries(receipts))
  return {
    done: (shard) => held.get(shard),
    async record(shard, receipt) {
      held.set(shard, receipt)
    },
  }
}
