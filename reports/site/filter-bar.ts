/** Which lines to show, in all boards of a page at once. Without a script it is hidden, and everything is shown. */
import type { Standing } from '../board.ts'
import { html, type Markup } from '../html.ts'

export function filterBar(standings: readonly Standing[]): Markup {
  const lines = standings.flatMap((standing) => standing.lines)
  return html`<form class="filters needs-script" id="filters" role="search" aria-label="Filter the boards">
<label>find <input type="search" name="text" autocomplete="off" spellcheck="false" placeholder="part of a name"></label>
${choice(
  'model',
  lines.map(({ model }) => model),
)}
${choice(
  'loss',
  lines.map(({ loss }) => loss),
)}
<button type="reset">clear</button>
<output id="shown">${lines.length} lines</output>
</form>`
}

function choice(name: string, values: readonly string[]): Markup {
  const options = [...new Set(values)]
    .sort()
    .map((value) => html`<option value="${value}">${value}</option>\n`)
  return html`<label>${name} <select name="${name}"><option value="">all</option>
${options}</select></label>`
}
