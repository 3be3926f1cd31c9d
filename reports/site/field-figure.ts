/** A field beside its color scale: a picture that was drawn when the site was made, or an empty canvas for the script. */

import { shortNumber } from '../card-tables.ts'
import { html, type Markup } from '../html.ts'
import type { Picture } from './contents.ts'

export function fieldFigure({ title, alt, file, n, map, low, high }: Picture, root: string): Markup {
  const picture = html`<img class="pixels" src="${root}${file}" width="${n}" height="${n}" alt="${alt}" loading="lazy" decoding="async">`
  return framed(title, picture, { root, map, low: shortNumber(low), high: shortNumber(high) })
}

/** What reports/site/browser/row-viewer.ts draws into; `data-field` names the field. */
export function emptyFigure(title: string, field: string, map: Picture['map'], root: string): Markup {
  const canvas = html`<canvas class="pixels" width="1" height="1" role="img" aria-label="${title}" data-field="${field}"></canvas>`
  return framed(title, canvas, { root, map, low: '', high: '' })
}

function framed(
  title: string,
  picture: Markup,
  { root, map, low, high }: { root: string; map: Picture['map']; low: string; high: string },
): Markup {
  return html`<figure class="field"><figcaption>${title}</figcaption><div class="frame">${picture}<img class="scale" src="${root}pictures/${map}.png" width="10" height="192" alt=""><span class="high">${high}</span><span class="low">${low}</span></div></figure>`
}
