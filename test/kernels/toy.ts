/** Compiles toy.as.ts with the flags of scripts/kernels.mjs into a temporary folder. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The file, compiled once for all tests of a process. */
export const toyKernel = (): Promise<URL> => (made ??= compile())
let made: Promise<URL> | undefined

async function compile(): Promise<URL> {
  const root = join(import.meta.dirname, '../..')
  const folder = mkdtempSync(join(tmpdir(), 'fieldrank-kernel-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  const out = join(folder, 'toy.wasm')
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js')
  const { FLAGS } = await import('../../scripts/kernels.mjs')
  execFileSync(process.execPath, [asc, 'test/kernels/toy.as.ts', ...FLAGS, '-O0', '-o', out], { cwd: root })
  return pathToFileURL(out)
}
