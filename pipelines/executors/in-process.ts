/** Runs stages in this process: for tests, and for stepping through a stage in a debugger. */
import { pathToFileURL } from 'node:url'
import type { Executor, Work } from '../../contracts.ts'
import { stageFile } from '../stage-file.ts'

export function inProcess(stages: string): Executor {
  return async (stage, ctx) => {
    const work = await workOf(stages, stage.run)
    return work(stage, ctx)
  }
}

/** The default export of a stage module. */
export async function workOf(stages: string, run: string): Promise<Work> {
  const file = stageFile(stages, run)
  const { default: work } = await import(pathToFileURL(file).href)
  if (typeof work !== 'function')
    throw new Error(`stage '${run}': ${file} has no default export that is a Work`)
  return work
}
