/** A standing as an HTML table. Decimals stand below each other: shorter ones are filled with spaces as wide as digits. */
import type { Line, Standing } from './board.ts'
import { html, type Markup } from './html.ts'
import { NONE } from './numbers.ts'
import { columnsOf, type TableColumn } from './table.ts'

export function htmlTable(standing: Standing, labelledBy: string): Markup {
  const columns = columnsOf(standing)
  const texts = columns.map(({ kind, text }) => {
    const cells = standing.lines.map(text)
    return kind === 'number' ? aligned(cells) : cells
  })
  const rows = standing.lines.map(
    (line, row) =>
      html`<tr class="${classOf(line, standing.lines[row - 1])}">${columns.map((column, c) => cell(column, texts[c]![row]!))}</tr>\n`,
  )
  const heads = columns.map(
    ({ head, kind }) =>
      html`<th scope="col"${kind === 'number' && html` class="number"`}>${head === '#' ? html`<abbr title="rank">#</abbr>` : head}</th>`,
  )
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${labelledBy}"><table aria-labelledby="${labelledBy}">
<thead><tr>${heads}</tr></thead>
<tbody>
${rows}</tbody>
</table></div>`
}

/**
 * Fills up `0.31 ± 0.05` so that its points stand below those of `0.3124 ± 0.0081` when both end at the right edge:
 * a figure space (U+2007) for each digit that is lacking, a punctuation space (U+2008) for a lacking point.
 * Cells of another form (a dash, a unit, a power of ten) stay as they are.
 */
export function aligned(cells: readonly string[]): string[] {
  const parts = cells.map((cell) => (PLAIN.test(cell) ? cell.split(' ± ') : []))
  const depth = [0, 1].map((i) => Math.max(0, ...parts.map((part) => fraction(part[i] ?? '').length)))
  const both = parts.some((part) => part.length === 2)
  return cells.map((cell, row) => {
    const part = parts[row]!
    if (part.length === 0) return cell
    if (both && part.length === 1) return cell
    return part.map((text, i) => text + filling(text, depth[i]!)).join(' ± ')
  })
}

const PLAIN = /^-?\d+(?:\.\d+)?(?: ± \d+(?:\.\d+)?)?$/

/** The decimals with their point. */
function fraction(text: string): string {
  return text.includes('.') ? text.slice(text.indexOf('.')) : ''
}

function filling(text: string, depth: number): string {
  const own = fraction(text)
  const point = depth > 0 && own === '' ? '\u2008' : ''
  return point + '\u2007'.repeat(Math.max(0, depth - Math.max(own.length, point.length)))
}

function cell({ kind }: TableColumn, text: string): Markup {
  if (kind === 'name') return html`<th scope="row"><bdi>${text}</bdi></th>`
  if (kind === 'number') return html`<td class="number">${text}</td>`
  return html`<td>${text === NONE ? text : html`<bdi>${text}</bdi>`}</td>`
}

/** A rule is drawn only where the rank changes: rows that share a rank stand together. */
function classOf(line: Line, above: Line | undefined): string {
  const names = [
    line.rank === 1 ? 'first' : '',
    line.rank === null ? 'missing' : '',
    above !== undefined && above.rank !== line.rank ? 'next' : '',
  ]
  return names.filter((name) => name !== '').join(' ')
}
