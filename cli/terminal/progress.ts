/**
 * Tells of a run as it goes. On a terminal: one line per running stage at the bottom, drawn over and over.
 * Elsewhere, as in a log: a line when a stage starts, one when it is done, and one every half minute in between.
 */
import type { Params, Stage } from '../../contracts.ts'
import type { Failure } from '../../pipelines/failure.ts'
import type { RunOptions } from '../../pipelines/run.ts'

export interface Screen {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

interface Running {
  since: number // ms
  said: number // ms, when a log last had a line of it
  first: { at: number; done: number } | null // the first progress told: a resumed stage does not begin at 0
  done: number
  total: number
  unit: string
}

/** The longest silence of a stage in a log, in ms. */
const QUIET = 30_000

/** Events of a run → text on `screen`; failures on `errors`. `close` leaves nothing live behind. */
export function progress(
  screen: Screen,
  errors: Screen,
  quiet = QUIET,
): RunOptions['events'] & { close(): void } {
  const running = new Map<string, Running>()
  const { say, draw, close } = canvas(screen, (width) =>
    [...running].map(([id, one]) => liveLine(id, one, performance.now(), width)),
  )
  /** A log hears of a stage that has been silent, as in a statement of SQL that takes minutes. */
  const remind = (id: string, one: Running) => {
    const now = performance.now()
    if (screen.isTTY || now - one.said < quiet) return
    one.said = now
    say(liveLine(id, one, now))
  }
  const timer = setInterval(() => {
    for (const [id, one] of running) remind(id, one)
  }, quiet / 10).unref()
  let total = 0
  let ended = 0
  const place = () => `[${String(ended).padStart(String(total).length)}/${total}]`
  const leave = ({ id }: Stage, how: string) => {
    running.delete(id)
    ended++
    say(`${place()} ${id}  ${how}`)
  }
  return {
    planned(_target, stale) {
      total = stale.size
    },
    recovered: (ids) => say(`${ids.join(', ')}: was whole when the last run was killed`),
    accepted: (ids) => say(`took the code of ${ids.length} stages as it is now`),
    started({ id }) {
      const now = performance.now()
      running.set(id, { since: now, said: now, first: null, done: 0, total: 0, unit: '' })
      if (screen.isTTY) draw()
      else say(`${place()} ${id} …`)
    },
    log: ({ id }, line) => say(`        ${id}: ${line}`),
    progress({ id }, done, of, unit) {
      const one = running.get(id)
      if (one === undefined) return
      one.first ??= { at: performance.now(), done }
      Object.assign(one, { done, total: of, unit })
      remind(id, one)
    },
    made: (stage, { took, facts }) => leave(stage, `${seconds(took)}${factsLine(facts)}`),
    kept: (stage) => leave(stage, 'its inputs came out the same'),
    failed(stage, failure) {
      leave(stage, 'failed')
      say(failureText(stage, failure), errors)
    },
    close() {
      clearInterval(timer)
      close()
    },
  }
}

/** Lines that stay, and below them on a terminal `live` ones, drawn over five times a second. */
function canvas(screen: Screen, live: (width: number) => readonly string[]) {
  let drawn = 0
  const clear = () => {
    if (drawn > 0) screen.write(`\x1b[${drawn}A\x1b[0J`)
    drawn = 0
  }
  const draw = () => {
    if (!screen.isTTY) return
    const width = (screen.columns || 80) - 1
    const lines = live(width).map((line) => line.slice(0, width)) // a line that wraps could not be drawn over
    clear()
    if (lines.length > 0) screen.write(`${lines.join('\n')}\n`)
    drawn = lines.length
  }
  const timer = screen.isTTY ? setInterval(draw, 200).unref() : undefined
  return {
    draw,
    say(line: string, to = screen) {
      clear()
      to.write(`${line}\n`)
      draw()
    },
    close() {
      clearInterval(timer)
      clear()
    },
  }
}

/** `train@…  120/400 steps  35/s  about 8 s left`; where the line is too narrow, the middle of the id gives way. */
export function liveLine(id: string, one: Running, now: number, width = Infinity): string {
  const tail = liveTail(one, now)
  const room = Math.max(12, width - tail.length - 4)
  if (id.length <= room) return `  ${id}  ${tail}`
  const head = Math.floor((room - 1) / 2)
  return `  ${id.slice(0, head)}…${id.slice(id.length - (room - 1 - head))}  ${tail}`
}

function liveTail({ since, first, done, total, unit }: Running, now: number): string {
  if (first === null) return seconds((now - since) / 1000)
  const rate = (done - first.done) / Math.max((now - first.at) / 1000, 1e-3)
  const tempo = rate > 0 ? `  ${number(rate)}/s  about ${seconds((total - done) / rate)} left` : ''
  return `${done}/${total} ${unit}${tempo}`
}

export function seconds(s: number): string {
  if (s < 60) return `${s.toFixed(1)} s`
  if (s < 600) return `${Math.floor(Math.round(s) / 60)} min ${Math.round(s) % 60} s`
  const minutes = Math.round(s / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** The numbers and names among the facts, as many as a line takes. */
function factsLine(facts: Params): string {
  const plain = Object.entries(facts).filter(([, value]) => value !== null && typeof value !== 'object')
  const words = plain
    .slice(0, 5)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? number(value) : value}`)
  return words.length > 0 ? `  (${words.join(', ')})` : ''
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}

function failureText({ id }: Stage, { message, isUser, stack }: Failure): string {
  const text = isUser ? message : (stack ?? message)
  return text.startsWith(`${id}:`) || text.includes(`'${id}'`) ? text : `${id}: ${text}`
}
