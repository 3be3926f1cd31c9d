/**
 * The report: one HTML file over all tracks (document.ts). All text is escaped (html.ts), all pictures are checked
 * (figures.ts).
 */
import type { Board, Standing } from './board.ts'
import { citation, htmlDocument } from './document.ts'
import { type Figure, inlineSvg } from './figures.ts'
import { html, type Markup, trusted } from './html.ts'
import { captionOf, commandOf, emptinessOf, originOf, sentence, titleOf } from './notes.ts'
import type { Overall } from './overall.ts'
import { OVERALL_NOTES, overallHtml } from './overall-table.ts'
import { htmlTable } from './page-table.ts'
import { breakEvenHtml } from './time-to-accuracy.ts'

/** A track as the page wants it: its board, its figures, and the text of each figure file. */
export interface Chapter {
  board: Board
  figures: readonly Figure[]
  pictures: ReadonlyMap<string, string>
}

export function page(chapters: readonly Chapter[]): string {
  const header = html`<h1>fieldrank</h1>
<p class="lead">Scientific datasets, made from a seed, and how well methods do on them. All models and losses of a track are trained under one budget; every score is taken from stored predictions; what the data cannot tell apart shares a rank.</p>
<p class="soft">${originOfPage(chapters)}</p>
${contents(chapters)}`
  const main = html`${chapters.length === 0 && html`<p>Nothing is finished yet.</p>`}
${chapters.map(chapterOf)}
${chapters.length > 0 && recompute(chapters)}`
  return htmlDocument(`fieldrank leaderboards, profile ${profilesOf(chapters)}`, { header, main })
}

/** 'fieldrank 0.1.0, profile smoke, seed 42' */
function originOfPage(chapters: readonly Chapter[]): string {
  const boards = chapters.map(({ board }) => board)
  const versions = boards.flatMap(({ standings }) =>
    standings.flatMap(({ lines }) => lines.map((line) => line.version)),
  )
  const list = (values: readonly unknown[]) =>
    [...new Set(values)].filter((value) => value !== null).join(', ')
  return `fieldrank ${list(versions)}, profile ${list(boards.map(({ profile }) => profile))}, seed ${list(boards.map(({ seed }) => seed))}`
}

function contents(chapters: readonly Chapter[]): Markup {
  const items = chapters.map(({ board }) => {
    const sets = shown(board).map((one) => html`<li><a href="#${idOf(board, one)}">${titleOf(one)}</a></li>`)
    return html`<li><a href="#${idOf(board)}">${board.track}</a>${sets.length > 0 && html`<ul>${sets}</ul>`}</li>\n`
  })
  return html`<nav aria-label="Contents"><ul>
${items}${chapters.length > 0 && html`<li><a href="#recompute">How to recompute every number</a></li>`}
</ul></nav>`
}

function chapterOf(chapter: Chapter): Markup {
  const { board } = chapter
  const empty = emptinessOf(board)
  return html`<section aria-labelledby="${idOf(board)}">
<h2 id="${idOf(board)}">${board.track}</h2>
<p>${sentence(board.about)}${board.cite !== undefined && html` ${citation(board.cite)}.`}</p>
${empty !== '' && html`<p class="soft">${empty}</p>`}
${board.overall !== null && overallOf(board.overall, `${idOf(board)}-overall`)}
${shown(board).map((standing) => standingOf(chapter, standing))}
</section>
`
}

function overallOf(overall: Overall, id: string): Markup {
  return html`<section aria-labelledby="${id}">
<h3 id="${id}">All ${overall.datasets.length} datasets</h3>
${overallHtml(overall, id)}
${folded('How these numbers are made', OVERALL_NOTES)}
</section>
`
}

function standingOf(chapter: Chapter, standing: Standing): Markup {
  const { board, figures } = chapter
  const id = idOf(board, standing)
  const own = figures.filter(({ dataset }) => dataset === standing.dataset.name)
  return html`<section aria-labelledby="${id}">
<h3 id="${id}">${titleOf(standing)}</h3>
<figure>
${caption(standing, `${id}-caption`)}
${htmlTable(standing, `${id}-caption`)}
</figure>
${breakEvenHtml(standing, `${id}-break-even`)}${origin(standing, board)}
${folded('How these numbers are made', standing.notes)}
${folded('The rows in words', methods(standing))}
${own.length > 0 && html`<div class="figures">\n${own.map((figure) => figureOf(chapter, figure))}</div>`}
</section>
`
}

function origin(standing: Standing, board: Board): Markup {
  const { made, command, shared } = originOf(standing, board)
  return html`<p class="origin"><bdi>${made}</bdi>: <code>${command}</code>. <bdi>${shared}</bdi></p>`
}

function folded(title: string, items: readonly (string | Markup)[]): Markup | false {
  const list = items.map((item) => html`<li>${item}</li>\n`)
  return (
    items.length > 0 && html`<details><summary>${title}</summary><ul class="notes">${list}</ul></details>`
  )
}

/** What each row says of itself, and where its model is from. */
function methods({ lines }: Standing): Markup[] {
  return lines
    .filter(({ runs }) => runs.length > 0)
    .map(({ about, cite }) => {
      const source = cite !== null && html` ${citation(cite)}.`
      return html`<bdi>${[...new Set(about)].map(sentence).join(' ')}</bdi>${source}`
    })
}

function figureOf({ pictures }: Chapter, { title, caption, files }: Figure): Markup {
  const panels = files.map((file) => trusted(inlineSvg(pictures.get(file) ?? '', file)))
  return html`<figure${files.length > 2 && html` class="wide"`}>
<h4>${title}</h4>
<figcaption>${caption}</figcaption>
<div class="panels">${panels}</div>
</figure>
`
}

function caption(standing: Standing, id: string): Markup {
  const { about, source, made } = captionOf(standing)
  const { cite } = standing.dataset
  const from = cite !== undefined && html`, ${citation(cite)}`
  const warning = made !== '' && html` <strong class="made">${made}</strong>`
  return html`<figcaption id="${id}"><bdi>${about}</bdi> <bdi>${source}</bdi>${from}.${warning}</figcaption>`
}

function recompute(chapters: readonly Chapter[]): Markup {
  const boards = chapters.map(({ board }) => board)
  const profile = profilesOf(chapters)
  const all = [...new Set(boards.map(commandOf))].map((command) => `npx ${command}\n`)
  const again = boards.map(
    ({ track, asked }) => `npx fieldrank run score-${track} leaderboard@${track} ${asked.flags} --force\n`,
  )
  return html`<section aria-labelledby="recompute">
<h2 id="recompute">How to recompute every number</h2>
<p>All of it, from the seed in <code>pipeline.yaml</code>, with the source code and Node.js 20.19 or later. What is up to date is kept:</p>
<pre>npm ci
npm run build
${all}</pre>
<p>Only the scores, from the stored predictions; nothing is trained:</p>
<pre>${again}</pre>
<p>What would be made again, and why; and the numbers of a table in full:</p>
<pre>npx fieldrank status ${boards[0]?.asked.flags}
npx fieldrank leaderboard ${boards[0]?.track} --profile ${profile} --format csv</pre>
<p>Datasets, predictions, weights and scores come out equal to the byte on the same machine with the same number of threads. Seconds and memory are measured anew. <code>data/${profile}/lock.yaml</code> has the hash of everything that was read and made.</p>
</section>
`
}

function profilesOf(chapters: readonly Chapter[]): string {
  return [...new Set(chapters.map(({ board }) => board.profile))].join(', ')
}

/** Datasets with something to show. */
function shown({ standings }: Board): Standing[] {
  return standings.filter(({ lines }) => lines.length > 0)
}

/** 'operators', 'operators-gaussian0.4-grid16': letters, digits, points and dashes only. */
function idOf({ track }: Board, standing?: Standing): string {
  const words = standing === undefined ? track : `${track}-${standing.dataset.name}`
  return words.toLowerCase().replace(/[^a-z0-9.]+/g, '-')
}
