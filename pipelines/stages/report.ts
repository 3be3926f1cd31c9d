/** report/index.html: the boards of all tracks on one page that needs nothing but itself. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Work } from '../../contracts.ts'
import { exists, writeDurable } from '../../io/files.ts'
import type { Board } from '../../reports/board.ts'
import type { Figure } from '../../reports/figures.ts'
import { type Chapter, page } from '../../reports/page.ts'
import { foldersIn } from './leaderboard/read-runs.ts'

const report: Work = async (_stage, ctx) => {
  const reports = ctx.dep('reports')
  const chapters: Chapter[] = []
  for (const track of await foldersIn(reports)) {
    const folder = join(reports, track)
    if (await exists(join(folder, 'leaderboard.json'))) chapters.push(await readChapter(folder))
  }
  const text = page(chapters)
  await writeDurable(join(ctx.out('report'), 'index.html'), text)
  return { tracks: chapters.length, bytes: Buffer.byteLength(text) }
}

export default report

async function readChapter(folder: string): Promise<Chapter> {
  const read = async <T>(name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as T
  const board = await read<Board>('leaderboard.json')
  const figures = await read<readonly Figure[]>('figures.json')
  const pictures = new Map<string, string>()
  for (const name of figures.flatMap(({ files }) => files))
    pictures.set(name, await readFile(join(folder, name), 'utf8'))
  return { board, figures, pictures }
}
