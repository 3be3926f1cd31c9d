/** Compiles toy.as.ts with the flags of scripts/kernels.mjs into a temporary folder. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export async function toyKernel(): Promise<{ file: URL; remove(): void }> {
  const root = join(import.meta.dirname, '../..')
  const folder = mkdtempSync(join(tmpdir(), 'fieldrank-kernel-'))
  const out = join(folder, 'toy.wasm')
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js')
  // @ts-expect-error: the scripts that build run without a build and have no types
  const { FLAGS } = await import('../../scripts/kernels.mjs')
  execFileSync(process.execPath, [asc, 'test/kernels/toy.as.ts', ...FLAGS, '-O0', '-o', out], { cwd: root })
  return { file: pathToFileURL(out), remove: () => rmSync(folder, { recursive: true }) }
}
