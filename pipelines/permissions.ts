/**
 * What a guarded child may touch, as flags of Node's permission model: it reads our code, its input and its dataset, writes
 * into the folder of its answer, starts no process and no thread, loads no native addon, and its objects have no `__proto__`.
 *
 * Node calls this a seat belt: it holds back code of ours that a hostile file leads astray, not machine code that the file
 * brings along. What it cannot hold: the network before Node 25; a path that leads through a link out of an allowed folder;
 * native addons, so that ONNX Runtime (predict, reproduce) runs without it. Under tsx, which needs a thread and a process
 * to compile, there is none either: only compiled code is held.
 */
import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { CODE } from '../io/lookup.ts'

export interface Reach {
  reads: readonly string[] // files, and folders with all that is in them
  writes: readonly string[] // folders, which may be read too
  network?: boolean
}

/** Whether the code that runs can be held. */
export const isHeld = import.meta.url.endsWith('.js')

export function permissionFlags({ reads, writes, network = false }: Reach): string[] {
  const knows = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag)
  const model = knows('--permission') ? '--permission' : '--experimental-permission' // the latter up to 23.4
  return [
    model,
    '--disable-warning=ExperimentalWarning',
    '--disable-proto=delete',
    ...[...codePaths(), ...reads, ...writes].map((path) => `--allow-fs-read=${asRule(path)}`),
    ...writes.map((path) => `--allow-fs-write=${asRule(path)}`),
    ...(network && knows('--allow-net') ? ['--allow-net'] : []),
  ]
}

/** Our modules, those that they import, and the package.json that says what kind of modules they are. */
function codePaths(): string[] {
  const modules = ancestors(CODE)
    .map((folder) => join(folder, 'node_modules'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [...hops(folder), realpathSync(folder)])
  return [...new Set([CODE, join(CODE, '../package.json'), ...modules])]
}

/** A path, and where it leads link by link: Node asks for each when it looks for a module. */
function hops(path: string): string[] {
  if (!lstatSync(path).isSymbolicLink()) return [path]
  return [path, ...hops(resolve(dirname(path), readlinkSync(path)))]
}

function ancestors(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...ancestors(above)]
}

/** A folder ends with a separator: without it, Node 20 takes the name for that of a file. */
function asRule(path: string): string {
  const full = resolve(path)
  return full.endsWith(sep) || !isFolder(full) ? full : full + sep
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
