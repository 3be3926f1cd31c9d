/**
 * leaderboard.json, also one that an earlier version wrote: keys are only ever added to it (reports/board.ts). What follows from
 * the lines themselves is filled in, fronts of cost and ranks over all datasets; ties and intervals are not known then.
 */
import { readFile } from 'node:fs/promises'
import type { Board, Standing } from '../../reports/board.ts'
import { overallOf } from '../../reports/overall.ts'
import { withPareto } from '../../reports/pareto.ts'

export async function readBoard(path: string): Promise<Board> {
  const board = JSON.parse(await readFile(path, 'utf8')) as Board
  const standings = board.standings.map(completed)
  return { ...board, standings, overall: board.overall === undefined ? overallOf(standings) : board.overall }
}

function completed(standing: Standing): Standing {
  const { lines, metrics, resolution = null } = standing
  const later = { groups: [], behind: null, pairs: {}, intervals: {} }
  const known = lines.every(({ pareto }) => pareto !== undefined)
  const all = lines.map((line) => ({ ...later, ...line }))
  return { ...standing, resolution, lines: known ? all : withPareto(all, metrics[0]) }
}
