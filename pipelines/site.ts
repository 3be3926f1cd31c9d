/**
 * The static site of a finished profile: pages from its boards, cards and runs, beside them a copy of the test shards and the
 * predictions, from which a browser draws rows and computes scores again.
 *
 * The same runs give the same bytes: no clock, nothing measured that the boards do not say already. The folder is written
 * beside its place and then put there, so that a site is whole or not there.
 */
import { readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UserError } from '../io/errors.ts'
import { exists, listFiles, renameDurable, writeDurable } from '../io/files.ts'
import { pretty } from '../io/json.ts'
import { CODE } from '../io/lookup.ts'
import { diverging, viridis } from '../reports/colormap.ts'
import { barPng } from '../reports/picture.ts'
import { datasetPage, INDEX, methodPage, slug } from '../reports/site/address.ts'
import type { Chapter } from '../reports/site/contents.ts'
import { datasetPageOf } from '../reports/site/dataset-page.ts'
import { indexPage } from '../reports/site/index-page.ts'
import { methodPageOf, methodsOf } from '../reports/site/method-page.ts'
import { type Copies, copiesInto } from './site/copies.ts'
import { curvesOf } from './site/curves.ts'
import { readChapter } from './site/read-chapter.ts'
import { foldersIn } from './stages/leaderboard/read-runs.ts'

export interface SiteRequest {
  root: string // data/<profile>
  out: string
  limit: number // bytes of shards and predictions that are copied
  log(line: string): void
}

/** What says that a folder is a site of ours, which a new one may replace. */
const MARK = 'site.json'

export async function buildSite({
  root,
  out,
  limit,
  log,
}: SiteRequest): Promise<{ pages: number; copies: Copies }> {
  await checkPlace(out)
  const partial = `${out.replace(/[/\\]+$/, '')}.partial`
  await rm(partial, { recursive: true, force: true })
  const copies = copiesInto(partial, limit)
  const chapters: Chapter[] = []
  for (const track of await foldersIn(join(root, 'reports'))) {
    if (!(await exists(join(root, 'reports', track, 'leaderboard.json')))) continue
    log(`reading ${track}`)
    chapters.push(await readChapter(root, track, copies))
  }
  if (chapters.length === 0)
    throw new UserError(
      `site: no board in ${join(root, 'reports')} yet. fieldrank run leaderboard --profile ${basename(root)} makes it`,
    )
  const pages = await writePages(partial, chapters, log)
  await writeAssets(partial, root, chapters)
  await writeDurable(join(partial, MARK), pretty({ profile: basename(root), pages: pages.sort() }))
  await rm(out, { recursive: true, force: true })
  await renameDurable(partial, out)
  return { pages: pages.length, copies }
}

/** A folder of someone else is never emptied. */
async function checkPlace(out: string): Promise<void> {
  if (!(await exists(out)) || (await exists(join(out, MARK)))) return
  const files = await listFiles(out).catch(() => ['a file'])
  if (files.length > 0)
    throw new UserError(
      `--out: ${out} is there and is no site of fieldrank; it is not replaced. Name another folder`,
    )
}

async function writePages(
  out: string,
  chapters: readonly Chapter[],
  log: (line: string) => void,
): Promise<string[]> {
  const pages: string[] = []
  const write = async (path: string, text: string) => {
    await writeDurable(join(out, path), text)
    pages.push(path)
  }
  await write(INDEX, indexPage(chapters))
  for (const chapter of chapters) {
    const { track } = chapter.board
    for (const set of chapter.sets) await write(datasetPage(track, set.dataset.name), datasetPageOf(set))
    const methods = methodsOf(chapter)
    log(`${track}: ${chapter.sets.length} datasets, ${methods.length} methods`)
    for (const method of methods)
      await write(methodPage(track, method), methodPageOf(chapter, method, await curvesOf(chapter, method)))
  }
  return pages
}

async function writeAssets(out: string, root: string, chapters: readonly Chapter[]): Promise<void> {
  const code = [join(CODE, 'site'), join(CODE, 'dist/site')]
  const found = await Promise.all(code.map((folder) => exists(join(folder, 'site.js'))))
  const folder = code[found.indexOf(true)]
  if (folder === undefined) throw new UserError('site: its scripts are not built. npm run build makes them')
  for (const name of await listFiles(folder))
    await writeDurable(join(out, name), await readFile(join(folder, name)))
  await writeDurable(join(out, 'pictures/viridis.png'), barPng(viridis))
  await writeDurable(join(out, 'pictures/diverging.png'), barPng(diverging))
  for (const { board } of chapters)
    for (const format of ['json', 'csv']) {
      const bytes = await readFile(join(root, 'reports', board.track, `leaderboard.${format}`))
      await writeDurable(join(out, 'boards', `${slug(board.track)}.${format}`), bytes)
    }
}
