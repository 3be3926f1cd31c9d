/** fieldrank regenerate: a lost or damaged file of a dataset, made again from its address. */
import { basename, dirname, join } from 'node:path'
import { UserError } from '../io/errors.ts'
import { exists } from '../io/files.ts'
import { MANIFEST } from '../io/manifest.ts'
import { regenerate } from '../pipelines/regenerated.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'makes a lost or damaged shard again, and puts it back when its hash is that of the manifest',
  arguments: '<shard...>',
  notes: [
    'From params, seed, split and rows, as manifest.json beside it says; no other file is needed. Where it cannot be\n' +
      'done (a log of yours, a solver on a GPU, other code), the reason is said: fetch gets it from where it is published.',
  ],
  examples: [
    'fieldrank regenerate data/smoke/datasets/operators/gaussian0.4_grid16/test-00000-of-00001.parquet',
  ],

  async run(paths) {
    const stop = new AbortController()
    for (const path of paths) {
      if (!(await exists(join(dirname(path), MANIFEST))))
        throw new UserError(`regenerate: ${path}: no ${MANIFEST} beside it`)
      const outcome = await regenerate(dirname(path), basename(path), stop.signal)
      process.stdout.write(
        outcome === 'made' ? `made    ${path}\n` : `whole   ${path}: every byte is right, nothing was made\n`,
      )
    }
  },
}

export default verb
