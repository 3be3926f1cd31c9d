/**
 * What an accuracy that is certified costs: training, set-up and m solves of one matrix,
 *
 *   T(m) = training + set-up + m · solve,
 *
 * seconds, solve from 0 to the residual that the first metric asks for, training once and for all. A method has paid for itself against
 * another from the least m on from which it is ahead for good; never, where its solves are not the faster ones and it began behind.
 * Of methods whose set-up and solve are known; those that did not get there in half of the rows have no T.
 */
import type { Line, Standing } from './board.ts'
import { nameOf } from './charts.ts'
import { html, type Markup } from './html.ts'
import { count, NONE } from './numbers.ts'
import { escapeMarkdown } from './text.ts'

export interface Timed {
  name: string
  isClassical: boolean // it meets no loss
  fixed: number // training and set-up
  solve: number
}

export function timedOf({ lines }: Pick<Standing, 'lines'>): Timed[] {
  return lines.flatMap((line: Line) => {
    const { solving, trainSeconds, loss } = line
    if (solving === undefined || solving.solveSeconds === null || trainSeconds === null) return []
    const fixed = trainSeconds + solving.setupSeconds
    return [{ name: nameOf(line), isClassical: loss === 'none', fixed, solve: solving.solveSeconds }]
  })
}

export function secondsFor({ fixed, solve }: Timed, m: number): number {
  return fixed + m * solve
}

/** The least m ≥ 1 from which `one` is ahead of `other` for good; null: never. */
export function breakEven(one: Timed, other: Timed): number | null {
  const [late, gain] = [one.fixed - other.fixed, other.solve - one.solve]
  if (gain > 0) return Math.max(1, Math.floor(late / gain) + 1)
  return gain === 0 && late < 0 ? 1 : null
}

/** Said below the table. */
export const BREAK_EVEN =
  'Solves of one matrix from which the method of the row is ahead of that of the column for good, training and set-up counted: T(m) = training + set-up + m · solve.'

/** '' where fewer than two methods have their times. */
export function breakEvenMarkdown(standing: Standing): string {
  const grid = gridOf(standing)
  if (grid === null) return ''
  const [head, ...rows] = grid.map((row) => `| ${row.map(escapeMarkdown).join(' | ')} |\n`)
  const rule = `| ${grid[0]!.map((_, c) => (c === 0 ? '---' : '--:')).join(' | ')} |\n`
  return [head!, rule, ...rows].join('')
}

export function breakEvenHtml(standing: Standing, id: string): Markup | false {
  const grid = gridOf(standing)
  if (grid === null) return false
  const [head, ...rows] = grid
  return html`<figure>
<figcaption id="${id}">${BREAK_EVEN}</figcaption>
<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}"><table aria-labelledby="${id}">
<thead><tr>${head!.map((text, c) => html`<th scope="col"${c > 0 && html` class="number"`}>${text}</th>`)}</tr></thead>
<tbody>
${rows.map(([name, ...cells]) => html`<tr><th scope="row"><bdi>${name!}</bdi></th>${cells.map((text) => html`<td class="number">${text}</td>`)}</tr>\n`)}</tbody>
</table></div>
</figure>
`
}

/** A row per method, a column per classical one. */
function gridOf(standing: Standing): string[][] | null {
  const timed = timedOf(standing)
  const classical = timed.filter(({ isClassical }) => isClassical)
  if (timed.length < 2 || classical.length === 0) return null
  const cell = (one: Timed, other: Timed) => {
    if (one === other) return NONE
    const m = breakEven(one, other)
    return m === null ? 'never' : count(m)
  }
  return [
    ['ahead from m, of', ...classical.map(({ name }) => name)],
    ...timed.map((one) => [one.name, ...classical.map((other) => cell(one, other))]),
  ]
}
