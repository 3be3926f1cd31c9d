/**
 * What is tried against fieldrank, by group: `groups/<name>.ts` default-exports a Group, one file a group. The suite runs
 * each check at its smoke size (groups.test.ts), `npm run check:faults` at its full one.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rng } from '../../contracts.ts'

export interface Group {
  about: string
  checks: readonly Check[]
}
export interface Check {
  name: string // 'D1 fault server'
  smoke: number // how often, each time another input
  full: number
  browser?: boolean // wants Chromium: `npm run test:site` runs it small, the suite does not
  /** Tries `count` inputs; draws them from `rng` alone, so that a violation can be had again. */
  run(count: number, rng: Rng): Promise<Tally>
}
export interface Tally {
  inputs: number // tried
  faults: number // injected
  violations: readonly string[] // a sentence each, that says which input
}

/** All groups, by the name of their file. */
export async function groups(): Promise<Map<string, Group>> {
  const folder = join(import.meta.dirname, 'groups')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort()
  const all = new Map<string, Group>()
  for (const file of files) all.set(file.replace(/\.ts$/, ''), (await import(join(folder, file))).default)
  return all
}

/** Counts as a check goes. */
export function tally() {
  const violations: string[] = []
  const counted = { inputs: 0, faults: 0, violations }
  return Object.assign(counted, {
    fault: () => void counted.faults++,
    /** One input; `wrong` returns what must not be, null when all is well. An error that is not expected is one. */
    async try(what: string, wrong: () => Promise<string | null>): Promise<void> {
      counted.inputs++
      const found = await wrong().catch((error: Error) => error.stack ?? error.message)
      if (found !== null) violations.push(`${what}: ${found}`)
    },
  })
}

/** A folder that is gone when the process is. */
export { temporary as scratch } from '../benchmarks/toy-datasets.ts'
