/** The version of fieldrank, as package.json says it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODE } from '../../io/lookup.ts'

export function version(): string {
  for (const folder of [CODE, join(CODE, '..')]) {
    try {
      return String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version)
    } catch {
      // compiled code lies one folder below package.json
    }
  }
  return 'unknown'
}
