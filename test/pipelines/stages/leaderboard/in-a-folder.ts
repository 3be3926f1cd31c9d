/** The stage `leaderboard` in a temporary folder: how it is run there, and what it wrote. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import leaderboard from '../../../../pipelines/stages/leaderboard.ts'
import type { Board } from '../../../../reports/board.ts'
import { testContext } from '../../../context.ts'

/** 16 rows around `level`; another phase is better in some rows and worse in others. */
export const around = (level: number, phase = 0) =>
  Array.from({ length: 16 }, (_, row) => level * (1 + 0.1 * Math.sin(row * row + phase)))

/** Call it inside `describe`. Folders are called like profiles, and are gone after the tests. */
export function leaderboardStage() {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leaderboard-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))
  const at = (profile = 'tiny', ...path: string[]) => join(folder, profile, ...path)
  const run = (track: string, root = at(), more: { approximate?: boolean } = {}) => {
    const params = { track, ...more }
    const stage = { id: `leaderboard@${track}`, run: 'leaderboard', deps: [], outs: [], params }
    return leaderboard({ ...stage, device: 'cpu' }, testContext(root))
  }
  const read = (file: string, root = at()) => readFile(join(root, 'reports', file), 'utf8')
  const boardOf = async (track: string, root = at()) =>
    JSON.parse(await read(`${track}/leaderboard.json`, root)) as Board
  return { at, run, read, boardOf }
}
