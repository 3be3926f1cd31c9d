/** Where Chromium is. */
import { execFileSync } from 'node:child_process'

export function chromiumPath(): string {
  if (process.env.CHROMIUM !== undefined) return process.env.CHROMIUM
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch {
      // the next one
    }
  }
  throw new Error('no Chromium found: apt-get install chromium, or CHROMIUM=/path/to/it')
}
