/**
 * What the deps of a stage hold. A dep is an out of a stage, a folder that means everything made under it, a file
 * inside an out, a file of the project, or, with a slash at its end, a folder of the project, which may be missing: no stage
 * makes it, its content is the input, and nothing is what an empty one holds.
 * A folder holds the outs of this plan's stages and those of earlier runs that are still true (their code, params and
 * inputs are as recorded), so `--axis model=./mine.ts` adds a row to the leaderboard. What went stale is not shown:
 * a stage meets such a folder as a view of hard links, never as what happens to lie there.
 */
import { statSync } from 'node:fs'
import { cp, link, mkdir, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Context, Stage } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { listFiles, sha256 } from '../io/files.ts'
import type { StageCode } from './code-hash.ts'
import { isProjectFolder, isUnder } from './graph.ts'
import type { Hashes } from './hashes.ts'
import { cachedFiles } from './kinds.ts'
import { cacheFolder, viewOf, viewsOf } from './layout.ts'
import { changes, type Lock, type Made, type Now } from './lock.ts'

/** All that decides whether something is up to date. */
export interface State {
  root: string
  project: string // the folder of pipeline.yaml: files among the deps
  seed: number
  asked: Context['asked']
  makers: ReadonlyMap<string, string> // out → id, of all stages of the pipeline, asked for or not
  lock: Lock
  hashes: Hashes
  code: StageCode
}

/** Hash of each dep as the lock and the disk stand now. A dep that is not made yet has none. */
export async function depHashes(stage: Stage, state: State): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const dep of stage.deps) {
    const hash = await depHash(dep, state)
    if (hash !== null) hashes[dep] = hash
  }
  return hashes
}

/**
 * Recorded outs that are no longer on the disk, or not as they were made, and a public log in data/cache that is there and
 * not the one that was read (the fact `sha256` of the stage): half a sentence each. One that was deleted since is no reason.
 */
export async function damages(made: Made, { root, hashes }: State): Promise<string[]> {
  const found: string[] = []
  const read = made.facts.sha256
  for (const file of read === undefined ? [] : cachedFiles(made.params)) {
    const now = await hashes.of(join(cacheFolder(root), file))
    if (now !== null && now !== read) found.push(`data/cache/${file} is not what was read`)
  }
  for (const [out, hash] of Object.entries(made.outs)) {
    const now = await hashes.of(join(root, out))
    if (now === null) found.push(`output ${out} is missing`)
    else if (now !== hash) found.push(`output ${out} is not what was made`)
  }
  return found
}

/** Where a stage finds its deps. Folders that several outs share are laid out anew as views; `say` what is left out. */
export async function placesOfDeps(
  stage: Stage,
  state: State,
  say: (line: string) => void,
): Promise<Record<string, string>> {
  const places: Record<string, string> = {}
  await rm(viewsOf(state.root, stage.id), { recursive: true, force: true })
  for (const dep of stage.deps) {
    const sort = sortOf(dep, state)
    if (sort === 'project') places[dep] = resolve(state.project, dep)
    else if (sort !== 'folder') places[dep] = join(state.root, dep)
    else {
      const { held, stale } = await holdings(dep, state)
      if (stale > 0) say(`${stale} of ${held.length + stale} in ${dep} are out of date and left out`)
      places[dep] = await layOut(dep, held, viewOf(state.root, stage.id, dep), state.root)
    }
  }
  return places
}

export async function dropViews(root: string, id: string): Promise<void> {
  await rm(viewsOf(root, id), { recursive: true, force: true })
}

type Sort = 'out' | 'inside' | 'folder' | 'project'

function sortOf(dep: string, { makers, lock, project }: State): Sort {
  if (isAbsolute(dep) || isProjectFolder(dep)) return 'project'
  if (makers.has(dep)) return 'out'
  for (let cut = dep.lastIndexOf('/'); cut > 0; cut = dep.lastIndexOf('/', cut - 1)) {
    if (makers.has(dep.slice(0, cut))) return 'inside'
  }
  for (const out of makers.keys()) if (isUnder(out, dep)) return 'folder'
  for (const { outs } of lock.made.values()) if (Object.hasOwn(outs, dep)) return 'out'
  return statSync(resolve(project, dep), { throwIfNoEntry: false })?.isFile() ? 'project' : 'folder'
}

async function depHash(dep: string, state: State): Promise<string | null> {
  switch (sortOf(dep, state)) {
    case 'project': {
      const hash = await state.hashes.of(resolve(state.project, dep))
      return hash ?? (isProjectFolder(dep) ? sha256('') : null)
    }
    case 'inside':
      return state.hashes.of(join(state.root, dep))
    case 'out':
      return outHash(dep, state)
    case 'folder': {
      const { held } = await holdings(dep, state)
      return sha256(held.map(({ out, hash }) => `${hash}  ${out}\n`).join(''))
    }
  }
}

async function layOut(dep: string, held: readonly Held[], view: string, root: string): Promise<string> {
  await mkdir(view, { recursive: true })
  for (const { out } of held) {
    for (const file of await listFiles(join(root, out))) {
      const to = join(view, out.slice(dep.length + 1), file)
      await mkdir(dirname(to), { recursive: true })
      await linkOrCopy(join(root, out, file), to)
    }
  }
  return view
}

interface Held {
  out: string
  hash: string
}

/** The outs under a folder that are true now, in byte order, and how many are not. */
async function holdings(folder: string, state: State): Promise<{ held: Held[]; stale: number }> {
  const recorded = [...state.lock.made.values()].flatMap(({ outs }) => Object.keys(outs))
  const outs = recorded.filter((out) => isUnder(out, folder)).sort((a, b) => (a < b ? -1 : 1))
  const held: Held[] = []
  for (const out of outs) {
    const hash = await outHash(out, state)
    if (hash !== null) held.push({ out, hash })
  }
  return { held, stale: outs.length - held.length }
}

/** Hash of an out as recorded by its maker: a stage of the pipeline, or one of an earlier run if it is still true. */
async function outHash(out: string, state: State): Promise<string | null> {
  const maker = state.makers.get(out)
  if (maker !== undefined) return state.lock.made.get(maker)?.outs[out] ?? null
  for (const [id, made] of state.lock.made) {
    const hash = made.outs[out]
    if (hash !== undefined) return (await isStillTrue(id, made, state)) ? hash : null
  }
  return null
}

async function isStillTrue(id: string, made: Made, state: State): Promise<boolean> {
  const { run, params } = made
  const [deps, outs] = [Object.keys(made.deps), Object.keys(made.outs)]
  if (outs.some((out) => state.makers.has(out))) return false
  try {
    const stage: Stage = { id, run, deps, outs, params, device: 'cpu' }
    const code = state.code(run, params)
    const now: Now = { seed: state.seed, code, deps: await depHashes(stage, state) }
    return changes(stage, now, made).length === 0 && (await damages(made, state)).length === 0
  } catch (error) {
    if (error instanceof UserError) return false // its code is gone
    throw error
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch {
    await cp(from, to) // a file system without hard links
  }
}
