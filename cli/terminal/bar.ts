/** A bar for bytes: drawn over on a terminal, five times a second; elsewhere a line every half minute. */
import { type Screen, seconds } from './progress.ts'

const WIDTH = 24
const EVERY = { terminal: 200, log: 30_000 } // ms

export function byteBar(
  screen: Screen,
  now: () => number = () => performance.now(),
): { progress(done: number, total: number): void; close(): void } {
  let first: { at: number; done: number } | null = null
  let said = Number.NEGATIVE_INFINITY
  let isDrawn = false
  return {
    progress(done, total) {
      first ??= { at: now(), done }
      if (now() - said < (screen.isTTY ? EVERY.terminal : EVERY.log)) return
      const isFirst = said === Number.NEGATIVE_INFINITY
      said = now()
      const line = barLine(done, total, (done - first.done) / Math.max((said - first.at) / 1000, 1e-3))
      if (screen.isTTY) screen.write(`\r${line.slice(0, (screen.columns || 80) - 1)}\x1b[K`)
      else if (!isFirst) screen.write(`${line}\n`)
      isDrawn = screen.isTTY === true
    },
    close() {
      if (isDrawn) screen.write('\r\x1b[K')
      isDrawn = false
    },
  }
}

/** `[######··················]  25 %  3.0 of 12.0 MB  1.5 MB/s  6.0 s left`; `rate` in bytes a second. */
export function barLine(done: number, total: number, rate: number): string {
  const part = total > 0 ? Math.min(1, done / total) : 1
  const full = Math.floor(part * WIDTH)
  const tempo = rate > 0 ? `  ${megabytes(rate)} MB/s  ${seconds(Math.max(0, total - done) / rate)} left` : ''
  return (
    `[${'#'.repeat(full)}${'·'.repeat(WIDTH - full)}] ${String(Math.floor(part * 100)).padStart(3)} %` +
    `  ${megabytes(done)} of ${megabytes(total)} MB${tempo}`
  )
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
