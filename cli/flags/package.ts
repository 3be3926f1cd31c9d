/** Which fieldrank this is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODE } from '../../io/lookup.ts'

/** The version in package.json, beside the sources or above dist/; 'unknown' where there is none. */
export function version(): string {
  for (const folder of [CODE, join(CODE, '..')]) {
    try {
      return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
    } catch {
      // compiled code lies one folder below package.json
    }
  }
  return 'unknown'
}
