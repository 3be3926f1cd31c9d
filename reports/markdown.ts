/** leaderboard.md: a heading, a table and notes per dataset. Reads well in a terminal too. */
import type { Board, Standing } from './board.ts'
import { captionOf, emptinessOf, originOf, sentence, titleOf } from './notes.ts'
import type { Overall } from './overall.ts'
import { OVERALL_NOTES, overallMarkdown } from './overall-table.ts'
import { markdownTable } from './table.ts'
import { escapeMarkdown } from './text.ts'
import { BREAK_EVEN, breakEvenMarkdown } from './time-to-accuracy.ts'

export function markdown(board: Board): string {
  const empty = emptinessOf(board)
  const shown = board.standings.filter(({ lines }) => lines.length > 0)
  const common = shown[0]?.notes.filter((note) => shown.every(({ notes }) => notes.includes(note))) ?? []
  return [
    `# ${escapeMarkdown(board.track)}`,
    escapeMarkdown(sentence(board.about)),
    ...(empty === '' ? [] : [escapeMarkdown(empty)]),
    ...(board.overall === null ? [] : overall(board.overall)),
    ...shown.map((one) => section(one, board, common)),
    ...(common.length === 0 ? [] : ['## Notes', common.map(item).join('\n')]),
  ]
    .join('\n\n')
    .concat('\n')
}

function overall(data: Overall): string[] {
  const title = `## All ${data.datasets.length} datasets`
  return [title, overallMarkdown(data).trimEnd(), OVERALL_NOTES.map(item).join('\n')]
}

/** Notes that all tables have in common stand at the end, the others below their own. */
function section(standing: Standing, board: Board, common: readonly string[]): string {
  const own = standing.notes.filter((note) => !common.includes(note))
  return [
    `## ${escapeMarkdown(titleOf(standing))}`,
    caption(standing),
    markdownTable(standing).trimEnd(),
    ...breakEvens(standing),
    [...own.map(item), origin(standing, board)].join('\n'),
  ].join('\n\n')
}

function breakEvens(standing: Standing): string[] {
  const table = breakEvenMarkdown(standing)
  return table === '' ? [] : [escapeMarkdown(BREAK_EVEN), table.trimEnd()]
}

function item(note: string): string {
  return `- ${escapeMarkdown(note)}`
}

function origin(standing: Standing, board: Board): string {
  const { made, command, shared } = originOf(standing, board)
  return `- ${escapeMarkdown(made)}: \`${command}\`. ${escapeMarkdown(shared)}`.trimEnd()
}

function caption(standing: Standing): string {
  const { about, source, made } = captionOf(standing)
  const { cite } = standing.dataset
  const words = [about, `${source}${cite === undefined ? '' : `, ${cite}`}.`].map(escapeMarkdown)
  return [...words, ...(made === '' ? [] : [`**${escapeMarkdown(made)}**`])].join(' ')
}
