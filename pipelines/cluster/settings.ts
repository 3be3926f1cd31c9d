/**
 * What a cluster must be told: the block `slurm:` at the top of pipeline.yaml, over ~/.config/fieldrank/slurm.yaml, over
 * these defaults, which are their schema. An empty text leaves the choice to the cluster.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Params } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { withDefaults } from '../../io/params.ts'
import { parseYaml } from '../yaml.ts'

const defaults = {
  runs: ['fields', 'solve', 'interactions', 'split', 'train', 'fit'], // sent to the cluster; the rest take seconds, and run here
  partition: '',
  account: '',
  time: '04:00:00', // of one task
  memory: '', // of one task: 4G
  gres: 'gpu:1', // of a task of a stage with device: gpu
  limit: 0, // tasks of one array at once; 0: all
  array: 1000, // tasks in one array at most (MaxArraySize of the cluster, less one)
  minute: 60, // seconds that a task should last at least: shards are grouped for it
  retries: 2, // of a task that failed
  poll: 5, // seconds between two looks at the queue
  options: [] as string[], // more lines of #SBATCH: ['--qos=long']
}
export type ClusterSettings = typeof defaults

export function clusterSettings(
  given: Params,
  file = join(homedir(), '.config', 'fieldrank', 'slurm.yaml'),
): ClusterSettings {
  const own = existsSync(file) ? parseYaml(readFileSync(file, 'utf8'), file).value : {}
  if (own === null || typeof own !== 'object' || Array.isArray(own))
    throw new UserError(`${file}: must be a map of settings`)
  const base = withDefaults(file, defaults, own as Params)
  const settings = withDefaults('slurm', base, given)
  for (const [name, least] of [
    ['limit', 0],
    ['array', 1],
    ['retries', 0],
  ] as const)
    if (!Number.isSafeInteger(settings[name]) || settings[name] < least)
      throw new UserError(`slurm: ${name} must be a whole number from ${least} (got ${settings[name]})`)
  for (const name of ['minute', 'poll'] as const)
    if (!(settings[name] >= 0 && Number.isFinite(settings[name])))
      throw new UserError(`slurm: ${name} must be seconds from 0 (got ${settings[name]})`)
  for (const name of ['partition', 'account', 'time', 'memory', 'gres'] as const)
    if (!/^[\w:.,-]*$/.test(settings[name]))
      throw new UserError(`slurm: ${name} must be one word (got '${settings[name]}')`)
  for (const option of settings.options)
    if (typeof option !== 'string' || !/^--?[\w-]+([= ][^\n]*)?$/.test(option))
      throw new UserError(`slurm: options must be lines like --qos=long (got ${JSON.stringify(option)})`)
  return settings
}
