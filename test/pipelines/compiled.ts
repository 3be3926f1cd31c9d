/** The code compiled into a temporary folder, as `npm run build` does: what a user runs, and quick to start. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = resolve('.') // tests run in the root of the repository
let made: string | undefined

/** Path of dist/cli/main.js. Compiled once per process, without the checks that `npm run types` makes. */
export function compiledCli(): string {
  if (made !== undefined) return made
  const folder = mkdtempSync(join(tmpdir(), 'fieldrank-dist-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const compilerOptions = {
    outDir: join(folder, 'dist'),
    rootDir: ROOT,
    incremental: false,
    declaration: false,
    noCheck: true,
    types: [],
  }
  const include = [join(ROOT, '**/*.ts')]
  const exclude = ['node_modules', 'dist', 'data', 'test'].map((name) => join(ROOT, name))
  const config = { extends: join(ROOT, 'tsconfig.build.json'), compilerOptions, include, exclude }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  execFileSync(process.execPath, [join(dirname(typescript), 'bin/tsc'), '-p', folder], { stdio: 'inherit' })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const file of ['package.json', 'pipeline.yaml']) cpSync(join(ROOT, file), join(folder, file))
  cpSync(join(ROOT, 'kernels/built'), join(folder, 'dist/kernels/built'), { recursive: true })
  made = join(folder, 'dist/cli/main.js')
  return made
}

/** A module of the compiled code, as `compiled<typeof guard>('pipelines/guard.js')`: one that starts compiled children. */
export async function compiled<T>(module: string): Promise<T> {
  return await import(pathToFileURL(join(dirname(compiledCli()), '..', module)).href)
}
