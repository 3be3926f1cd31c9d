/** The first page: one board per track and dataset, with filters over all of them. */
import type { Board, Standing } from '../board.ts'
import { citation } from '../document.ts'
import { html, type Markup } from '../html.ts'
import { captionOf, emptinessOf, originOf, sentence } from '../notes.ts'
import type { Overall } from '../overall.ts'
import { OVERALL_NOTES, overallHtml } from '../overall-table.ts'
import { boardId, datasetPage, INDEX, slug } from './address.ts'
import { boardTable } from './board-table.ts'
import type { Chapter, DatasetEntry } from './contents.ts'
import { COSTS, costPlot } from './cost-plot.ts'
import { siteDocument } from './document.ts'
import { filterBar } from './filter-bar.ts'

export function indexPage(chapters: readonly Chapter[]): string {
  const sets = chapters.flatMap((chapter) => chapter.sets)
  const main = html`<div class="opening">
<h1>Leaderboards</h1>
<p class="lead">Scientific datasets, made from a seed, and how well methods do on them. Models and losses of a track are trained under one budget; every score is taken from stored predictions; what the data cannot tell apart shares a rank. <em>Recompute</em> fetches the predictions and the truth of a line, checks their hashes and computes its scores in this browser.</p>
<p class="soft">${originOfSite(chapters)}</p>
</div>
${contents(chapters)}
${sets.length > 0 && filterBar(sets.map(({ standing }) => standing))}
${chapters.map(chapterOf)}`
  const recipes = Object.fromEntries(
    sets.map(({ recipe }) => [boardId(recipe.track, recipe.dataset), recipe]),
  )
  return siteDocument({ path: INDEX, title: 'fieldrank leaderboards', trail: [], main, data: { recipes } })
}

function originOfSite(chapters: readonly Chapter[]): string {
  const boards = chapters.map(({ board }) => board)
  const lines = boards.flatMap(({ standings }) => standings.flatMap((standing) => standing.lines))
  const list = (values: readonly unknown[]) =>
    [...new Set(values)].filter((value) => value !== null).join(', ')
  return `fieldrank ${list(lines.map(({ version }) => version))}, profile ${list(boards.map(({ profile }) => profile))}, seed ${list(boards.map(({ seed }) => seed))}`
}

function contents(chapters: readonly Chapter[]): Markup {
  const items = chapters.map(({ board, sets }) => {
    const links = sets.map(
      ({ standing: { dataset } }) =>
        html`<li><a href="#${boardId(board.track, dataset.name)}">${dataset.name}</a></li>\n`,
    )
    return html`<li><a class="track" href="#${slug(board.track)}">${board.track}</a> <ul>${links}</ul></li>\n`
  })
  return html`<nav class="contents" aria-label="Boards"><ul>${items}</ul></nav>`
}

function chapterOf({ board, sets }: Chapter): Markup {
  const { track, about, cite } = board
  const empty = emptinessOf(board)
  return html`<section aria-labelledby="${slug(track)}">
<h2 id="${slug(track)}">${track}</h2>
<p class="soft">${sentence(about)}${cite !== undefined && html` ${citation(cite)}.`}</p>
${empty !== '' && html`<p>${empty}</p>`}
${board.overall !== null && overallOf(board.overall, `${slug(track)}-overall`)}
${sets.map((set) => boardOf(set, board))}
<p class="soft">All numbers of this track in full: <a href="boards/${slug(track)}.json">JSON</a>, <a href="boards/${slug(track)}.csv">CSV</a>.</p>
</section>
`
}

function overallOf(overall: Overall, id: string): Markup {
  const items = OVERALL_NOTES.map((note) => html`<li>${note}</li>\n`)
  return html`<section aria-labelledby="${id}">
<h3 id="${id}">All ${overall.datasets.length} datasets</h3>
${overallHtml(overall, id)}
<details><summary>How these numbers are made</summary><ul class="notes">${items}</ul></details>
</section>
`
}

function boardOf({ standing, recipe }: DatasetEntry, board: Board): Markup {
  const { track } = board
  const { dataset, rows } = standing
  const { about, source, made } = captionOf(standing)
  const plots = COSTS.flatMap((cost) => costPlot(standing, cost, { track, root: '' }) ?? [])
  const isOpen = recipe.truth.shards.length > 0
  return html`<section class="dataset" aria-labelledby="${boardId(track, dataset.name)}">
<h3 id="${boardId(track, dataset.name)}"><a href="${datasetPage(track, dataset.name)}">${dataset.name}</a> <span class="soft">${rows} test rows</span></h3>
<p class="soft"><bdi>${about}</bdi> <bdi>${source}</bdi>.${made !== '' && html` <strong class="made">${made}</strong>`}</p>
${boardTable(standing, { track, root: '', isOpen })}
${plots.length > 0 && html`<div class="plots">${plots}</div>`}
${notes(standing, board)}
</section>
`
}

function notes(standing: Standing, board: Board): Markup {
  const { made, command, shared } = originOf(standing, board)
  const items = standing.notes.map((note) => html`<li>${note}</li>\n`)
  return html`<details><summary>How these numbers are made</summary>
<p><bdi>${made}</bdi>: <code>${command}</code>. <bdi>${shared}</bdi></p>
<ul class="notes">${items}</ul></details>`
}
