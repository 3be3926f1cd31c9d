/** The ranks that the data do not exclude, drawn on a line from 1 to the number of ranked methods; a dot at the rank itself. */
import type { Line } from '../board.ts'
import { html, type Markup } from '../html.ts'
import { NONE } from '../numbers.ts'

const WIDTH = 76
const HEIGHT = 14
const EDGE = 5

export function rankInterval({ rank, range }: Pick<Line, 'rank' | 'range'>, of: number): Markup {
  if (rank === null || range === null) return html`${NONE}`
  const step = (WIDTH - 2 * EDGE) / Math.max(1, of - 1)
  const place = (one: number) => Math.round((EDGE + (one - 1) * step) * 10) / 10
  const [low, high] = range
  const said = low === high ? `rank ${rank} of ${of}` : `rank ${rank}, could be ${low} to ${high} of ${of}`
  return html`<svg class="interval" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}"><path class="axis" d="M${EDGE} 7H${WIDTH - EDGE}"/><path class="range" d="M${place(low)} 7H${place(high)}"/><circle cx="${place(rank)}" cy="7" r="3.5"/></svg>`
}

/** How many lines of a table have a rank. */
export function rankedIn(lines: readonly Line[]): number {
  return lines.filter(({ rank }) => rank !== null).length
}
