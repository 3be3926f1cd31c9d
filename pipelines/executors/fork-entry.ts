/** Starts one of our own modules as a child process with a channel: `<entry>.ts`, which needs tsx, or `<entry>.js`. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** `entry` has no extension. `env` is all that the child sees of the environment. What the child prints must be read. */
export function forkEntry(
  entry: URL,
  env: Readonly<Record<string, string>>,
  {
    args = [],
    ...options
  }: { args?: readonly string[] } & Pick<ForkOptions, 'serialization' | 'timeout'> = {},
): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const inherited = process.execArgv.filter((flag) => /^--(max-|stack-|expose-gc|enable-source)/.test(flag))
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const execArgv = isSource ? [...inherited, '--import', loader()] : inherited
  const path = `${fileURLToPath(entry)}.${isSource ? 'ts' : 'js'}`
  return fork(path, [...args], { ...options, env, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}
