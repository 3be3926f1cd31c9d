/** The metrics of a track, as pipeline.yaml names them in its stage `score-<track>`; the first one ranks. */
import type { Params } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { loadPipeline } from './load.ts'

export function metricsOf(file: string, track: string): readonly string[] {
  const { templates } = loadPipeline(file, 'smoke')
  const params = templates.find(({ name }) => name === `score-${track}`)?.params as Params | undefined
  if (!Array.isArray(params?.metrics)) throw new UserError(`${file}: no stage score-${track} with metrics`)
  return params.metrics as string[]
}
