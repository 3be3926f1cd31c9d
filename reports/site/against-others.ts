/** A method beside each other one of a dataset: what lies between their means, and the p-value of that pair alone. */
import type { Line, Standing } from '../board.ts'
import { nameOf } from '../charts.ts'
import { html, type Markup } from '../html.ts'
import { significant } from '../numbers.ts'
import { methodPage } from './address.ts'

/** Nothing where the method has no rank, or the board was made before it knew of pairs. */
export function againstOthers(
  { lines, metrics }: Standing,
  line: Line,
  at: { track: string; root: string },
): Markup | false {
  const [first] = metrics
  const own = first && line.scores[first.name]?.value
  if (own === undefined) return false
  const rows = lines.flatMap((other) => {
    const p = line.pairs[`${other.model}_${other.loss}`]
    const value = other.scores[first!.name]?.value
    if (p === undefined || value === undefined) return []
    return html`<tr><th scope="row"><a href="${at.root}${methodPage(at.track, other)}"><bdi>${nameOf(other)}</bdi></a></th><td class="number">${signed(own - value)}</td><td class="number">${significant(p, 2)}</td></tr>\n`
  })
  return (
    rows.length > 0 &&
    html`<details><summary>Against each other method</summary>
<p class="soft">${first!.name}, ${first!.better} is better: its mean less that of the other. p: two-sided, by a paired bootstrap over the test rows, of that pair alone. Who looks at many pairs goes by the ranks, which are corrected for all.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Against each other method"><table>
<thead><tr><th scope="col">other</th><th scope="col" class="number">difference</th><th scope="col" class="number">p</th></tr></thead>
<tbody>
${rows}</tbody></table></div></details>`
  )
}

function signed(difference: number): string {
  return `${difference > 0 ? '+' : difference < 0 ? '−' : ''}${significant(Math.abs(difference), 3)}`
}
