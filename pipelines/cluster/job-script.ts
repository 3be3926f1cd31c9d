/** The script of one array: which task makes what stands in the plan beside it. */
import type { Stage } from '../../contracts.ts'
import type { ClusterSettings } from './settings.ts'

export interface Job {
  name: string
  folder: string // plan.json, logs
  tasks: number
  device: Stage['device']
  workers: number
  command: readonly string[] // of this program: [node, main.js]
}

/** Exit codes of a task that could not start: what it is to read is not where it should be. */
export const NO_PLAN = 99
export const NO_PROGRAM = 98

export function jobScript(job: Job, settings: ClusterSettings): string {
  const { partition, account, time, memory, gres, limit, options } = settings
  const lines = [
    `--job-name=${job.name}`,
    `--array=0-${job.tasks - 1}${limit > 0 ? `%${limit}` : ''}`,
    `--cpus-per-task=${job.workers}`,
    `--output=${forSbatch(`${job.folder}/%a.log`)}`,
    '--open-mode=append',
    ...(time ? [`--time=${time}`] : []),
    ...(memory ? [`--mem=${memory}`] : []),
    ...(partition ? [`--partition=${partition}`] : []),
    ...(account ? [`--account=${account}`] : []),
    ...(job.device === 'gpu' ? [`--gres=${gres}`] : []),
    ...options,
  ]
  const plan = quoted(`${job.folder}/plan.json`)
  return [
    '#!/bin/sh',
    ...lines.map((line) => `#SBATCH ${line}`),
    `[ -r ${plan} ] || exit ${NO_PLAN}`,
    `[ -x ${quoted(job.command[0]!)} ] || exit ${NO_PROGRAM}`,
    `exec ${job.command.map(quoted).join(' ')} run-shard --plan ${plan} --task "$SLURM_ARRAY_TASK_ID"`,
    '',
  ].join('\n')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** sbatch splits its lines at spaces, but not between double quotes; a backslash keeps the character after it. */
function forSbatch(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}
