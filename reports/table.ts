/**
 * A standing as a table: the columns are decided once, then written as Markdown, as CSV or (page-table.ts) as HTML.
 * What all finished rows have in common (device, seed, who sent it) is said once below the table, not in a column.
 */
import { type Board, type Line, type MetricFacts, type Standing, shownOf } from './board.ts'
import { bytes, commonPower, count, measured, NONE, seconds, significant } from './numbers.ts'
import { escapeCsv, escapeMarkdown } from './text.ts'

export interface TableColumn {
  head: string
  kind: 'number' | 'name' | 'text'
  text(line: Line): string
}

export function columnsOf({ metrics, lines }: Standing): TableColumn[] {
  return [
    { head: '#', kind: 'number', text: ({ rank }) => (rank === null ? NONE : String(rank)) },
    { head: 'ranks', kind: 'number', text: ({ range }) => rangeText(range) },
    { head: 'model', kind: 'name', text: ({ model }) => model },
    { head: 'loss', kind: 'text', text: ({ loss }) => loss },
    ...shownOf(metrics).map((metric) => metricColumn(metric, lines)),
    { head: 'weights', kind: 'number', text: ({ parameters }) => count(parameters) },
    { head: 'train', kind: 'number', text: ({ trainSeconds }) => seconds(trainSeconds) },
    { head: 'peak memory', kind: 'number', text: ({ peakBytes }) => bytes(peakBytes) },
    ...(lines.some(({ spent }) => spent !== undefined) ? spending : []),
    ...(lines.some(({ solving }) => solving !== undefined) ? solved : []),
    ...(lines.some(({ pareto }) => frontText(pareto) !== '') ? [front] : []),
    ...details.filter(({ text }) => new Set(lines.filter(isRun).map(text)).size > 1),
  ]
}

/** What all rows share: 'device cpu (AMD EPYC), 2 threads; seed 0; by fieldrank'. '' where nothing is. */
export function sharedOf({ lines }: Standing): string {
  const finished = lines.filter(isRun)
  const shared = details.filter(({ text }) => new Set(finished.map(text)).size === 1)
  return shared.map(({ head, text }) => `${head} ${text(finished[0]!)}`).join('; ')
}

/** `relative-l2 ↓`: the arrow points to the better side. */
export function headOf({ name, better }: MetricFacts): string {
  return `${name} ${better === 'lower' ? '↓' : '↑'}`
}

/** The power of ten in which a metric's column is given. */
export function powerOf({ name }: MetricFacts, lines: readonly Line[]): number {
  return commonPower(lines.flatMap(({ scores }) => scores[name]?.value ?? []))
}

export function markdownTable(standing: Standing): string {
  const columns = columnsOf(standing)
  const grid = [
    columns.map(({ head }) => escapeMarkdown(head)),
    ...standing.lines.map((line) => columns.map(({ text }) => escapeMarkdown(text(line)))),
  ]
  const widths = columns.map((_, c) => Math.max(3, ...grid.map((row) => lengthOf(row[c]!))))
  const rule = columns.map(({ kind }, c) =>
    kind === 'number' ? `${'-'.repeat(widths[c]! - 1)}:` : '-'.repeat(widths[c]!),
  )
  const [head, ...rows] = grid.map((row) => row.map((cell, c) => pad(cell, widths[c]!, columns[c]!.kind)))
  return [head!, rule, ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')
}

/** All datasets of a track in one CSV, every number in full. A missing run has empty fields. */
export function csv({ track, standings, overall }: Board): string {
  const metrics = [...new Set(standings.flatMap((standing) => standing.metrics.map(({ name }) => name)))]
  const isSolving = standings.some(({ lines }) => lines.some(({ solving }) => solving !== undefined))
  const isSpent = standings.some(({ lines }) => lines.some(({ spent }) => spent !== undefined))
  const head = [
    ...['track', 'dataset', 'version', 'rank', 'rank_low', 'rank_high', 'model', 'loss', 'seeds'],
    ...metrics.flatMap((name) => ['', '_stderr', '_low', '_high', '_median', '_p95'].map((of) => name + of)),
    ...['groups', 'behind', 'behind_stderr', 'behind_p', 'visible', 'pareto_time', 'pareto_memory'],
    ...['mean_rank', 'missing'],
    ...['rows', 'parameters', 'train_seconds', 'predict_seconds', 'peak_bytes', 'device', 'threads', 'by'],
    ...(isSpent ? ['loss_bytes', 'epoch_seconds', 'best_epoch'] : []),
    ...(isSolving ? ['setup_seconds', 'solve_seconds', 'condition'] : []),
  ]
  const rows = standings.flatMap(({ dataset, rows, lines }) =>
    lines.map((line) => [
      ...[track, dataset.name, dataset.version, line.rank, line.range?.[0] ?? null, line.range?.[1] ?? null],
      ...[line.model, line.loss, line.seeds.join(' ')],
      ...metrics.flatMap((name) => {
        const { value = null, stderr = null, median = null, p95 = null } = line.scores[name] ?? {}
        const [low, high] = line.intervals[name] ?? [null, null]
        return [value, stderr, low, high, median, p95]
      }),
      ...[line.groups.join(' '), line.behind?.difference ?? null, line.behind?.stderr ?? null],
      ...[line.behind?.p ?? null, line.behind?.visible ?? null],
      ...[line.pareto.time, line.pareto.memory].map((is) => (is === null ? null : Number(is))),
      ...placeIn(overall, line),
      ...[rows, line.parameters, line.trainSeconds, line.predictSeconds, line.peakBytes],
      ...[line.device, line.threads, line.by?.name ?? null],
      ...(isSpent ? spentFields(line) : []),
      ...(isSolving ? solvingFields(line) : []),
    ]),
  )
  return [head, ...rows].map((row) => `${row.map(escapeCsv).join(',')}\n`).join('')
}

/** Columns of a track whose losses differ in memory. */
const spending: readonly TableColumn[] = [
  { head: 'loss memory', kind: 'number', text: ({ spent }) => bytes(spent?.lossBytes ?? null) },
  { head: 'epoch', kind: 'number', text: ({ spent }) => seconds(spent?.epochSeconds ?? null) },
  {
    head: 'best epoch',
    kind: 'number',
    text: ({ spent }) => (spent?.bestEpoch == null ? NONE : significant(spent.bestEpoch, 3)),
  },
]

/** Columns of a track of preconditioners. */
const solved: readonly TableColumn[] = [
  { head: 'set-up', kind: 'number', text: ({ solving }) => seconds(solving?.setupSeconds ?? null) },
  { head: 'solve', kind: 'number', text: ({ solving }) => seconds(solving?.solveSeconds ?? null) },
  {
    head: 'condition',
    kind: 'number',
    text: ({ solving }) => (solving?.condition == null ? NONE : significant(solving.condition, 3)),
  },
]

const details: readonly TableColumn[] = [
  {
    head: 'device',
    kind: 'text',
    text: ({ device, threads }) =>
      device === null ? NONE : `${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  },
  { head: 'seed', kind: 'text', text: ({ seeds }) => seeds.join(' ') || NONE },
  { head: 'by', kind: 'text', text: ({ by }) => by?.name ?? NONE },
]

/** A column of small or large values is given in units of a power of ten, which stands in its head. */
function metricColumn(metric: MetricFacts, lines: readonly Line[]): TableColumn {
  const power = powerOf(metric, lines)
  const unit = 10 ** -power
  return {
    head: power === 0 ? headOf(metric) : `${headOf(metric)} (1e${power})`,
    kind: 'number',
    text: ({ scores }) => {
      const score = scores[metric.name]
      if (score === undefined) return NONE
      return measured(score.value * unit, score.stderr === null ? null : score.stderr * unit)
    },
  }
}

function solvingFields({ solving }: Line): (number | null)[] {
  return [solving?.setupSeconds ?? null, solving?.solveSeconds ?? null, solving?.condition ?? null]
}

function spentFields({ spent }: Line): (number | null)[] {
  return [spent?.lossBytes ?? null, spent?.epochSeconds ?? null, spent?.bestEpoch ?? null]
}

/** Mean rank over the datasets of the track, and on how many the method is missing. */
function placeIn(overall: Board['overall'], { model, loss }: Line): (number | null)[] {
  const found = overall?.methods.find((method) => method.model === model && method.loss === loss)
  return [found?.meanRank ?? null, found?.missing ?? null]
}

const front: TableColumn = { head: 'front', kind: 'text', text: ({ pareto }) => frontText(pareto) }

/** `1–3`, or `2` where the data leave one rank. */
export function rangeText(range: Line['range']): string {
  if (range === null) return NONE
  const [low, high] = range
  return low === high ? String(low) : `${low}–${high}`
}

/** `time memory`: the fronts that a line is on. */
export function frontText({ time, memory }: Line['pareto']): string {
  return [time === true ? 'time' : '', memory === true ? 'memory' : '']
    .filter((word) => word !== '')
    .join(' ')
}

function isRun({ runs }: Line): boolean {
  return runs.length > 0
}

function pad(text: string, width: number, kind: TableColumn['kind']): string {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return kind === 'number' ? space + text : text + space
}

/** Characters as a terminal counts them, near enough: code points. */
function lengthOf(text: string): number {
  return [...text].length
}
