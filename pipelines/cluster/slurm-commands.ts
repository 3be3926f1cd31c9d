/** Slurm as four commands. Nothing here needs its accounting database. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UserError } from '../../io/errors.ts'

export interface Task {
  job: string // the name of its array
  index: number
}
export interface Queue {
  /** Hands in a job script; the array is known by its name from then on. */
  submit(script: string): Promise<void>
  /** Tasks of these arrays that wait or run: 'PENDING', 'RUNNING', … by `<job>#<index>`. */
  live(jobs: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** `1:0 on node7`, where Slurm still knows. */
  exitOf(task: Task): Promise<string | null>
  cancel(jobs: readonly string[]): Promise<void>
}

export const taskName = ({ job, index }: Task) => `${job}#${index}`

const run = promisify(execFile)

export function slurmQueue(): Queue {
  return {
    submit: async (file) => void (await call('sbatch', ['--parsable', file])),
    async live(jobs) {
      if (jobs.length === 0) return new Map()
      const lines = await call('squeue', ['-h', '-r', '-n', jobs.join(','), '-o', '%j|%K|%T'])
      const tasks = lines.split('\n').filter((line) => line !== '')
      return new Map(
        tasks.map((line) => {
          const [job, index, state] = line.split('|')
          return [`${job}#${index}`, state!] as const
        }),
      )
    },
    async exitOf({ job, index }) {
      const text = await call('scontrol', ['-o', 'show', 'job']).catch(() => '')
      const line = text
        .split('\n')
        .find((one) => one.includes(` JobName=${job} `) && one.includes(` ArrayTaskId=${index} `))
      const code = /ExitCode=(\S+)/.exec(line ?? '')?.[1]
      return code === undefined ? null : `${code} on ${/BatchHost=(\S+)/.exec(line!)?.[1] ?? 'no node'}`
    },
    cancel: async (jobs) => {
      for (const job of jobs) await call('scancel', [`--name=${job}`])
    },
  }
}

async function call(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, args, { maxBuffer: 1 << 28 })).stdout
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string }
    if ((code as string) === 'ENOENT')
      throw new UserError(
        `${command}: not found. --executor slurm needs the commands of Slurm on this machine`,
      )
    throw new UserError(`${command}: ${(stderr ?? '').trim().split('\n')[0] || (error as Error).message}`)
  }
}
