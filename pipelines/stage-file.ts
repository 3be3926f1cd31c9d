/** Where the module of a stage lies: `run: solve` is <stages>/solve.ts, or .js once compiled. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context, Stage } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { CODE } from '../io/lookup.ts'

/** The stages that come with the code. `--stages` takes another folder. */
export const STAGES = join(CODE, 'pipelines/stages')

export function stageFile(stages: string, run: string): string {
  if (/^[a-z0-9-]+$/.test(run)) {
    for (const extension of ['ts', 'js', 'mjs']) {
      const file = join(stages, `${run}.${extension}`)
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
    }
  }
  const isThere = statSync(stages, { throwIfNoEntry: false })?.isDirectory()
  const names = (isThere ? readdirSync(stages) : [])
    .filter((file) => /^[a-z0-9-]+\.(ts|js|mjs)$/.test(file))
    .map((file) => file.replace(/\.\w+$/, ''))
  const folder = stages === STAGES ? 'pipelines/stages' : stages
  throw new UserError(
    `stage module '${run}' not found in ${folder} (${names.sort().join(', ')}).${suggest(run, names)}`,
  )
}

/** A stage whose shards can be made side by side says how many there are, once its deps are made: `export const shards`. */
export type Shards = (stage: Stage, ctx: Pick<Context, 'dep'>) => Promise<number>

/** null where the stage is one piece. */
export async function shardsOf(
  stages: string,
  stage: Stage,
  ctx: Pick<Context, 'dep'>,
): Promise<number | null> {
  const file = stageFile(stages, stage.run)
  if (!/^export const shards\b/m.test(readFileSync(file, 'utf8'))) return null
  return ((await import(pathToFileURL(file).href)) as { shards: Shards }).shards(stage, ctx)
}

/**
 * Whether the stage wants a process of its own, so that its peak memory is its own: `export const fresh = true`.
 * Read from the text: importing a stage may import a whole tensor library.
 */
export function isFresh(stages: string, run: string): boolean {
  return /^export const fresh\s*=\s*true\b/m.test(readFileSync(stageFile(stages, run), 'utf8'))
}
