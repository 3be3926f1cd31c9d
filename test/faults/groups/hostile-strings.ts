/** Group E7: what strangers call their methods and themselves, on everything that shows it. */
import { join } from 'node:path'
import type { Check, Group } from '../checks.ts'
import { written } from '../hostile/written.ts'

/** By its path: it is checked with the types of a browser, and loads what the suite does without. */
const shown: Check['run'] = async (count, rng) =>
  (await import(join(import.meta.dirname, '../../site/hostile-strings.ts'))).shown(count, rng)

const group: Group = {
  about: 'scripts, markup, marks of direction and formulas as names',
  checks: [
    { name: 'E7 hostile strings in files', smoke: 50, full: 1000, run: written },
    { name: 'E7 hostile strings in Chromium', smoke: 50, full: 1000, run: shown, browser: true },
  ],
}

export default group
