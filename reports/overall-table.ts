/** The methods of a track over all of its datasets, as the same table in Markdown and in HTML. */
import { html, type Markup } from './html.ts'
import { NONE, significant } from './numbers.ts'
import type { Overall } from './overall.ts'
import { escapeMarkdown } from './text.ts'

/** What the table shows is said below it. */
export const OVERALL_NOTES: readonly string[] = [
  'mean rank: over the datasets of this page; — where a run is missing, since a mean over fewer datasets is of other tests.',
  '≤ τ×: on what share of the datasets the method is within a factor τ of the best mean there (a performance profile, Dolan & Moré 2002). A missing run is within none.',
]

/** Of the factors of the profile, those that a table has room for. */
const SHOWN: readonly number[] = [1, 1.1, 1.5, 2, 5]

export function overallMarkdown(overall: Overall): string {
  const grid = gridOf(overall)
  const [head, ...rows] = grid.map((row) => `| ${row.map(escapeMarkdown).join(' | ')} |\n`)
  const rule = `| ${grid[0]!.map((_, c) => (c < NAMES ? '---' : '--:')).join(' | ')} |\n`
  return [head!, rule, ...rows].join('')
}

export function overallHtml(overall: Overall, labelledBy: string): Markup {
  const [head, ...rows] = gridOf(overall)
  const cells = (row: readonly string[]) =>
    row.map((text, c) =>
      c === 0
        ? html`<th scope="row"><bdi>${text}</bdi></th>`
        : html`<td${c >= NAMES && html` class="number"`}>${text}</td>`,
    )
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${labelledBy}"><table aria-labelledby="${labelledBy}">
<thead><tr>${head!.map((text, c) => html`<th scope="col"${c >= NAMES && html` class="number"`}>${text}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>`
}

/** `model` and `loss` stand before the numbers. */
const NAMES = 2

function gridOf({ factors, methods }: Overall): string[][] {
  const places = SHOWN.map((factor) => factors.indexOf(factor)).filter((place) => place !== -1)
  const head = ['model', 'loss', 'mean rank', 'missing', ...places.map((place) => `≤ ${factors[place]}×`)]
  return [
    head,
    ...methods.map(({ model, loss, meanRank, missing, within }) => [
      ...[
        model,
        loss,
        meanRank === null ? NONE : significant(meanRank, 3),
        missing === 0 ? '' : String(missing),
      ],
      ...places.map((place) => `${Math.round(100 * within[place]!)} %`),
    ]),
  ]
}
