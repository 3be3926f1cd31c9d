/** The page of a dataset: rows drawn from its Parquet by the browser, and its card. */
import { sectionOf } from '../card-page.ts'
import { nameOf } from '../charts.ts'
import { citation } from '../document.ts'
import { html, type Markup } from '../html.ts'
import { sentence } from '../notes.ts'
import { boardId, datasetPage, INDEX, methodSlug, rootFrom, slug } from './address.ts'
import type { DatasetEntry } from './contents.ts'
import { siteDocument } from './document.ts'
import { emptyFigure } from './field-figure.ts'

export function datasetPageOf(set: DatasetEntry): string {
  const { card, dataset, recipe } = set
  const path = datasetPage(dataset.track, dataset.name)
  const root = rootFrom(path)
  const board = `${root}${INDEX}#${boardId(dataset.track, dataset.name)}`
  const main = html`<h1>${card.name}</h1>
<p class="lead">${sentence(card.about)}</p>
<p class="soft"><bdi>${card.source}</bdi>${card.cite !== null && html` · ${citation(card.cite)}`} · <a href="${board}">its board</a></p>
${files(set, root)}
${isOfFields(set) && viewer(set, root)}
${card.sections.map((section) => sectionOf(section))}`
  const trail = [
    html`<a href="${root}${INDEX}#${slug(dataset.track)}">${dataset.track}</a>`,
    html`<span>${dataset.name}</span>`,
  ]
  return siteDocument({
    path,
    title: `${dataset.name}, a dataset of fieldrank`,
    trail,
    main,
    data: { recipe },
  })
}

/** Whether a row has a coefficient and a solution to draw. */
export function isOfFields({ dataset: { schema } }: DatasetEntry): boolean {
  return schema.k?.shape.length === 2 && schema.x?.shape.length === 2
}

function files({ recipe }: DatasetEntry, root: string): Markup {
  const links = recipe.truth.shards.flatMap(({ path, href }) =>
    href === null ? [] : [html`<li><a href="${root}${href}" download>${path}</a></li>\n`],
  )
  const first = recipe.truth.shards.find(({ href }) => href !== null)?.href ?? null // others may be left out
  if (first === null) return html`<p class="soft">Its files are not part of this site.</p>`
  return html`<p class="soft">The test split, every stretch of it with a hash in <a href="${root}${manifestOf(first)}">manifest.json</a>:</p><ul class="files">${links}</ul>`
}

function manifestOf(href: string): string {
  return href.replace(/[^/]+$/, 'manifest.json')
}

/** Filled by reports/site/browser/row-viewer.ts, which reads the row group of the row and nothing else. */
function viewer({ recipe, standing }: DatasetEntry, root: string): Markup {
  const rows = recipe.truth.shards.reduce((sum, shard) => sum + shard.rows, 0)
  const shown = standing.lines.filter(({ runs }) => runs.length > 0)
  const methods = shown.map((line) => html`<option value="${methodSlug(line)}">${nameOf(line)}</option>\n`)
  return html`<section class="viewer needs-script" id="viewer" aria-labelledby="viewer-head" data-rows="${rows}">
<h2 id="viewer-head">Test rows, drawn from the Parquet</h2>
<form class="filters">
<label>row, from 0 <input type="number" name="row" min="0" max="${rows - 1}" value="0" inputmode="numeric"></label>
<button type="button" name="before">previous</button><button type="button" name="after">next</button>
<label>prediction of <select name="line"><option value="">none</option>
${methods}</select></label>
<label class="own-files" hidden>files <input type="file" name="files" multiple></label>
</form>
<p class="status" role="status"></p>
<div class="fields">
${emptyFigure('log₁₀ k', 'k', 'viridis', root)}
${emptyFigure('rhs', 'rhs', 'diverging', root)}
${emptyFigure('solution x', 'x', 'viridis', root)}
<div class="predicted" hidden>${emptyFigure('prediction x̂', 'prediction', 'viridis', root)}
${emptyFigure('error x̂ − x', 'error', 'diverging', root)}</div>
</div>
</section>`
}
