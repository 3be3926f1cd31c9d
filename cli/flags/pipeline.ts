/** The flags that choose a pipeline, the same for every verb that reads one. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../../io/errors.ts'
import { CODE } from '../../io/lookup.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import type { Request } from '../../pipelines/plan.ts'
import type { Option } from '../verb.ts'

export const pipelineFlags: readonly Option[] = [
  ['-p, --profile <name>', 'a profile of the pipeline', 'smoke'],
  [
    '-f, --file <pipeline.yaml>',
    'the pipeline (default: ./pipeline.yaml, else the one that comes with the code)',
  ],
  ['-d, --data <folder>', 'where everything made lies, a folder per profile', 'data'],
  ['--stages <folder>', 'stage modules of your own, in place of those that come with the code'],
  [
    '-s, --set <path=value>',
    'change a value of the profile, or the seed: --set train.recommenders.seed=[0,1]',
    [],
  ],
  ['-a, --axis <name=values>', 'replace an axis of every matrix that has it: --axis model=fno,unet', []],
]

/** Options as commander gives them → what the engine is asked. */
export function requestOf(only: readonly string[], options: Record<string, unknown>): Request {
  const given = options as {
    profile: string
    file?: string
    data: string
    stages?: string
    set?: readonly string[]
    axis?: readonly string[]
  }
  const { profile, file, data, stages, set = [], axis = [] } = given
  if (stages !== undefined && !statSync(stages, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`--stages: no such folder (${stages})`)
  const own = stages === undefined ? {} : { stages: resolve(stages) }
  return { file: file ?? defaultFile(), profile, data, set, axis, only, ...own }
}

/** ./pipeline.yaml, else the one that comes with the code. */
export function defaultFile(): string {
  const places = ['pipeline.yaml', join(CODE, 'pipeline.yaml'), join(CODE, '..', 'pipeline.yaml')]
  const found = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
  if (found !== undefined) return found
  throw new UserError('pipeline.yaml: not found here. Give one with --file')
}

/**
 * For a verb that finds nothing under a profile, before it says which command makes it: that command must know the profile. What is
 * there is shown whatever it is called, since a pipeline of the user's own may have made it.
 */
export function checkProfile(profile: unknown): void {
  loadPipeline(defaultFile(), String(profile)) // lists the profiles where there is none of that name
}
