/** Starts one of our own modules as a child process with a channel: `<entry>.ts`, which needs tsx, or `<entry>.js`. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type EntryOptions = Pick<ForkOptions, 'serialization' | 'timeout'> & {
  args?: readonly string[]
  flags?: readonly string[] // of Node
  cpuSeconds?: number // the system ends it after so much work, whoever is there to look
}

/** `entry` has no extension. `env` is all that the child sees of the environment. What the child prints must be read. */
export function forkEntry(
  entry: URL,
  env: Readonly<Record<string, string>>,
  { args = [], flags = [], cpuSeconds, ...options }: EntryOptions = {},
): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const inherited = process.execArgv.filter((flag) => /^--(max-|stack-|expose-gc|enable-source)/.test(flag))
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const own = [...inherited, ...flags, ...(isSource ? ['--import', loader()] : [])]
  const path = `${fileURLToPath(entry)}.${isSource ? 'ts' : 'js'}`
  const command = cpuSeconds === undefined ? { execArgv: own } : limited(cpuSeconds, own)
  return fork(path, [...args], { ...options, ...command, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

/** By a shell that sets the limit and becomes Node. A system without one (Windows) has no such limit. */
function limited(seconds: number, execArgv: readonly string[]): Pick<ForkOptions, 'execPath' | 'execArgv'> {
  const shell = '/bin/sh'
  if (!existsSync(shell)) return { execArgv: [...execArgv] }
  const become = `ulimit -t ${Math.ceil(seconds)} && exec "$0" "$@"`
  return { execPath: shell, execArgv: ['-c', become, process.execPath, ...execArgv] }
}
