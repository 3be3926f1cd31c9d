/** The page of a method: its scores on every dataset of the track, its training, and the rows that went worst. */
import type { Interval, Line, MetricFacts, Standing } from '../board.ts'
import { nameOf } from '../charts.ts'
import { citation } from '../document.ts'
import { inlineSvg } from '../figures.ts'
import { html, type Markup, trusted } from '../html.ts'
import { sentence } from '../notes.ts'
import { bytes, count, measured, NONE, seconds, significant } from '../numbers.ts'
import { headOf } from '../table.ts'
import { httpsOnly } from '../text.ts'
import { boardId, datasetPage, INDEX, methodPage, methodSlug, rootFrom, slug } from './address.ts'
import { againstOthers } from './against-others.ts'
import { recomputeButton } from './board-table.ts'
import type { Chapter, DatasetEntry, RunEntry } from './contents.ts'
import { siteDocument } from './document.ts'
import { fieldFigure } from './field-figure.ts'
import { rankedIn, rankInterval } from './rank-interval.ts'

/** The curves of a method on a dataset, as SVG by title; drawn elsewhere, since Vega draws asynchronously. */
export type Curves = ReadonlyMap<string, readonly { title: string; svg: string }[]> // by dataset

export function methodsOf({ sets }: Chapter): { model: string; loss: string }[] {
  const all = sets.flatMap(({ standing }) => standing.lines)
  return [...new Map(all.map(({ model, loss }) => [`${model}\n${loss}`, { model, loss }])).values()]
}

export function methodPageOf(
  chapter: Chapter,
  method: { model: string; loss: string },
  curves: Curves,
): string {
  const { track } = chapter.board
  const path = methodPage(track, method)
  const root = rootFrom(path)
  const own = chapter.sets.flatMap((set) => {
    const line = set.standing.lines.find(({ model, loss }) => model === method.model && loss === method.loss)
    return line === undefined ? [] : [{ set, line }]
  })
  const made = own.filter(({ line }) => line.runs.length > 0)
  const main = html`<h1><bdi>${nameOf(method)}</bdi></h1>
${said(made.map(({ line }) => line))}
${summary(own, { track, root })}
${made.map(({ set, line }) => onDataset(set, line, { track, root, curves: curves.get(set.dataset.name) ?? [] }))}`
  const recipes = made.map(({ set: { recipe } }) => [boardId(track, recipe.dataset), only(recipe, method)])
  const trail = [
    html`<a href="${root}${INDEX}#${slug(track)}">${track}</a>`,
    html`<bdi>${nameOf(method)}</bdi>`,
  ]
  return siteDocument({
    path,
    title: `${nameOf(method)}, ${track}, fieldrank`,
    trail,
    main,
    data: { recipes: Object.fromEntries(recipes) },
  })
}

/** A recipe with one line: what this page computes again. */
function only({ lines, ...rest }: DatasetEntry['recipe'], method: { model: string; loss: string }) {
  const own = methodSlug(method)
  return { ...rest, lines: Object.fromEntries(Object.entries(lines).filter(([line]) => line === own)) }
}

/** What its runs say of themselves, once each. */
function said(lines: readonly Line[]): Markup {
  const [first] = lines
  if (first === undefined) return html`<p>No run of it is finished.</p>`
  const { by, cite, parameters, version } = first
  const link = httpsOnly(by?.url)
  const name =
    link === null
      ? html`<bdi>${by?.name ?? NONE}</bdi>`
      : html`<a href="${link}" rel="noreferrer"><bdi>${by?.name}</bdi></a>`
  return html`<p class="lead"><bdi>${[...new Set(lines.flatMap(({ about }) => about))].map(sentence).join(' ')}</bdi>${cite !== null && html` ${citation(cite)}.`}</p>
<p class="soft">${parameters !== null && `${count(parameters)} weights; `}by ${name}; fieldrank <bdi>${version}</bdi>.</p>`
}

function summary(
  own: readonly { set: DatasetEntry; line: Line }[],
  at: { track: string; root: string },
): Markup {
  const rows = own.map(({ set: { standing }, line }) => {
    const metric = standing.metrics[0]
    const { value = null, stderr = null } = (metric && line.scores[metric.name]) ?? {}
    return html`<tr><th scope="row"><a href="${at.root}${datasetPage(at.track, standing.dataset.name)}">${standing.dataset.name}</a></th><td class="number">${line.rank ?? NONE}</td><td>${rankInterval(line, rankedIn(standing.lines))}</td><td>${metric !== undefined && headOf(metric)}</td><td class="number">${measured(value, stderr)}</td><td class="number">${seconds(line.trainSeconds)}</td><td class="number">${bytes(line.peakBytes)}</td></tr>\n`
  })
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Ranks on all datasets"><table>
<thead><tr><th scope="col">dataset</th><th scope="col" class="number">rank</th><th scope="col">rank interval</th><th scope="col">metric</th><th scope="col" class="number">value</th><th scope="col" class="number">train</th><th scope="col" class="number">memory</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`
}

interface Place {
  track: string
  root: string
  curves: readonly { title: string; svg: string }[]
}

function onDataset(set: DatasetEntry, line: Line, { track, root, curves }: Place): Markup {
  const { standing, recipe } = set
  const { name } = standing.dataset
  const id = boardId(track, name)
  const runs = line.runs.flatMap((run) => set.runs.get(run) ?? [])
  const panels = curves.map(({ title, svg }) => trusted(inlineSvg(svg, title)))
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${scoreTable(standing, line, runs, id)}
<p>${recipe.truth.shards.length > 0 && recomputeButton(line, id, name)}</p>
${againstOthers(standing, line, { track, root })}
${panels.length > 0 && html`<h3>Training</h3><div class="panels">${panels}</div>`}
${worst(runs, standing.metrics[0], { name, root })}
${settings(runs)}
</section>
`
}

/** A row per metric; a column per seed where there are several. */
function scoreTable(
  { metrics }: Standing,
  { scores, seeds, intervals }: Line,
  runs: readonly RunEntry[],
  id: string,
): Markup {
  const several = seeds.length > 1
  const own = metrics.filter(({ name }) => scores[name] !== undefined)
  const rows = own.map((metric) => {
    const { value, stderr, median, p95 } = scores[metric.name]!
    const each = runs.map((run) => html`<td class="number">${shown(run.scores[metric.name]?.value)}</td>`)
    return html`<tr><th scope="row"><abbr title="${metric.about}">${headOf(metric)}</abbr></th><td class="number">${measured(value, stderr)}</td><td class="number">${spanOf(intervals[metric.name])}</td><td class="number">${shown(median)}</td><td class="number">${shown(p95)}</td>${several && each}</tr>\n`
  })
  const heads = several && seeds.map((seed) => html`<th scope="col" class="number">seed ${seed}</th>`)
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}"><table>
<thead><tr><th scope="col">metric</th><th scope="col" class="number">mean ± its error</th><th scope="col" class="number">95 % interval</th><th scope="col" class="number">median row</th><th scope="col" class="number">95 % of rows below</th>${heads}</tr></thead>
<tbody>
${rows}</tbody></table></div>`
}

function spanOf(interval: Interval | undefined): string {
  return interval === undefined ? NONE : interval.map((end) => significant(end, 3)).join(' – ')
}

function shown(value: number | undefined): string {
  return measured(value ?? null, null)
}

/** Truth, prediction and error of the rows with the largest errors, of the first seed. */
function worst(
  runs: readonly RunEntry[],
  metric: MetricFacts | undefined,
  { name, root }: { name: string; root: string },
): Markup | false {
  const rows = runs[0]?.worst ?? []
  if (rows.length === 0 || metric === undefined) return false
  const seed = runs.length > 1 ? `, seed ${runs[0]!.submission.method.seed}` : ''
  const items = rows.map(
    ({ row, value, pictures }) => html`<section class="row" aria-label="Row ${row} of ${name}">
<h4>test row ${row} <span class="soft">${metric.name} ${significant(value, 3)}</span></h4>
<div class="fields">${pictures.map((picture) => fieldFigure(picture, root))}</div>
</section>\n`,
  )
  return html`<h3>The worst rows${seed}</h3>
<p class="soft">Truth and prediction have one color scale, the error its own, even about zero.</p>
<div class="worst">${items}</div>`
}

function settings(runs: readonly RunEntry[]): Markup | false {
  const params = runs[0]?.submission.method.params ?? {}
  const rows = Object.entries(params).map(
    ([name, value]) =>
      html`<tr><th scope="row">${name}</th><td><bdi>${typeof value === 'string' ? value : JSON.stringify(value)}</bdi></td></tr>\n`,
  )
  return (
    rows.length > 0 &&
    html`<details><summary>Settings</summary><div class="scroll" role="region" tabindex="0" aria-label="Settings"><table><tbody>
${rows}</tbody></table></div></details>`
  )
}
