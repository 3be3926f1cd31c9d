/**
 * A board as the table of the index: what report pages show, and what a reader can sort, filter and compute again. The value
 * that sorts stands in `data-v` of its cell, in full; an empty one is always last.
 */
import { type Line, type MetricFacts, type Standing, shownOf } from '../board.ts'
import { html, type Markup } from '../html.ts'
import { bytes, count, measured, NONE, seconds } from '../numbers.ts'
import { aligned } from '../page-table.ts'
import { headOf, powerOf } from '../table.ts'
import { boardId, methodPage, methodSlug } from './address.ts'
import { rankedIn, rankInterval } from './rank-interval.ts'

interface Column {
  head: string
  about: string // what a reader hears and sees on the head
  kind: 'number' | 'name' | 'text'
  first: 'ascending' | 'descending' // the better side, which a first click shows
  value(line: Line): number | string | null
  text(line: Line): string
  cell?(line: Line): Markup // in place of the text
}

export interface Place {
  track: string
  root: string // from the page to the root of the site
  isOpen: boolean // whether lines can be computed again
}

export function boardTable(standing: Standing, place: Place): Markup {
  const { lines, dataset } = standing
  const id = boardId(place.track, dataset.name)
  const columns = columnsOf(standing, place)
  const texts = columns.map(({ kind, text }) =>
    kind === 'number' ? aligned(lines.map(text)) : lines.map(text),
  )
  const heads = columns.map(
    (column, c) =>
      html`<th scope="col"${column.kind === 'number' && html` class="number"`}${c === 0 && html` aria-sort="ascending"`}><button type="button" class="sort" data-first="${column.first}" title="${column.about}">${column.head}</button></th>`,
  )
  const rows = lines.map((line, row) => {
    const cells = columns.map((column, c) => cellOf(column, line, texts[c]![row]!))
    const names = html` data-model="${line.model}" data-loss="${line.loss}"`
    return html`<tr class="${classOf(line, lines[row - 1])}"${names}>${cells}<td>${place.isOpen && recomputeButton(line, id, dataset.name)}</td></tr>\n`
  })
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}"><table class="board" id="${id}-table" aria-labelledby="${id}">
<thead><tr>${heads}<th scope="col"><span class="unseen">compute again</span></th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>`
}

export function recomputeButton(line: Line, recipe: string, dataset: string): Markup | false {
  if (line.runs.length === 0 || Object.keys(line.scores).length === 0) return false
  return html`<button type="button" class="recompute needs-script" data-recipe="${recipe}" data-line="${methodSlug(line)}" aria-label="Recompute ${line.model} with ${line.loss} on ${dataset}">recompute</button>`
}

const up = 'ascending' as const

function columnsOf(standing: Standing, place: Place): Column[] {
  const { lines, metrics } = standing
  const scores = shownOf(metrics).map((metric, i) => metricColumn(metric, lines, i === 0))
  return [...nameColumns(rankedIn(lines), place), ...scores, ...COSTS]
}

/** Where a line stands among the ranked ones, and what it is called. */
function nameColumns(ranked: number, { track, root }: Place): Column[] {
  const name = (line: Line) => html`<a href="${root}${methodPage(track, line)}"><bdi>${line.model}</bdi></a>`
  return [
    {
      head: '#',
      about: 'rank; equal ranks are ties',
      kind: 'number',
      first: up,
      value: ({ rank }) => rank,
      text: ({ rank }) => (rank === null ? NONE : String(rank)),
    },
    {
      head: 'rank interval',
      about: 'the ranks that the data do not exclude, best rank first',
      kind: 'text',
      first: up,
      value: ({ range }) => (range === null ? null : range[0] * 1e4 + range[1]),
      text: () => '',
      cell: (line) => rankInterval(line, ranked),
    },
    {
      head: 'ties',
      about: 'methods that share a letter are not told apart',
      kind: 'text',
      first: up,
      value: ({ groups }) => groups[0] ?? null,
      text: ({ groups }) => (groups.length === 0 ? NONE : groups.map(letterOf).join('')),
    },
    {
      head: 'model',
      about: 'model',
      kind: 'name',
      first: up,
      value: ({ model }) => model,
      text: ({ model }) => model,
      cell: name,
    },
    {
      head: 'loss',
      about: 'what it was trained on; none: a fitted method',
      kind: 'text',
      first: up,
      value: ({ loss }) => loss,
      text: ({ loss }) => loss,
    },
  ]
}

const COSTS: readonly Column[] = [
  {
    head: 'weights',
    about: 'trainable numbers; not counted of a method that is fitted',
    kind: 'number',
    first: up,
    value: ({ parameters }) => parameters,
    text: ({ parameters }) => count(parameters),
  },
  {
    head: 'train',
    about: 'wall-clock seconds of training',
    kind: 'number',
    first: up,
    value: ({ trainSeconds }) => trainSeconds,
    text: ({ trainSeconds }) => seconds(trainSeconds),
  },
  {
    head: 'memory',
    about: 'the most that the process of a run held',
    kind: 'number',
    first: up,
    value: ({ peakBytes }) => peakBytes,
    text: ({ peakBytes }) => bytes(peakBytes),
  },
]

/** a … z, then α, β, … */
function letterOf(group: number): string {
  return group < 26 ? String.fromCharCode(97 + group) : String.fromCharCode(945 + group - 26)
}

/** The metric that ranks has its error; of the others a column is narrow, and their errors are on the page of the method. */
function metricColumn(metric: MetricFacts, lines: readonly Line[], isFirst: boolean): Column {
  const power = powerOf(metric, lines)
  const unit = 10 ** -power
  const score = ({ scores }: Line) => scores[metric.name]
  return {
    head: power === 0 ? headOf(metric) : `${headOf(metric)} (1e${power})`,
    about: `${metric.about}; ${metric.better} is better`,
    kind: 'number',
    first: metric.better === 'lower' ? 'ascending' : 'descending',
    value: (line) => score(line)?.value ?? null,
    text(line) {
      const { value, stderr } = score(line) ?? { value: null, stderr: null }
      return measured(value === null ? null : value * unit, isFirst && stderr !== null ? stderr * unit : null)
    },
  }
}

function cellOf({ kind, value, cell }: Column, line: Line, text: string): Markup {
  const sorted = html` data-v="${value(line)}"`
  const shown =
    cell?.(line) ?? (text === NONE || kind === 'number' ? html`${text}` : html`<bdi>${text}</bdi>`)
  if (kind === 'name') return html`<th scope="row"${sorted}>${shown}</th>`
  return html`<td${kind === 'number' && html` class="number"`}${sorted}>${shown}</td>`
}

/** A rule is drawn where the rank changes, as long as the table is in the order of ranks. */
function classOf(line: Line, above: Line | undefined): string {
  const names = [
    line.rank === 1 ? 'first' : '',
    line.runs.length === 0 ? 'missing' : '',
    above !== undefined && above.rank !== line.rank ? 'next' : '',
  ]
  return names.filter((name) => name !== '').join(' ')
}
