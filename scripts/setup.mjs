/** What `npm start` and `npm test` do before anything else: install what is missing, build what changed. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildKernels } from './kernels.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a command in the repository; its exit code, output shown as it comes. */
export function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  return signal ? 128 : status
}

/** A tool of the project's own, from node_modules. */
export function tool(name, args, options) {
  return run(process.execPath, [join(root, 'node_modules', name), ...args], options)
}

/** `npm ci` when node_modules does not come from this package-lock.json. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const mark = join(root, 'node_modules', '.fieldrank-lock')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return
  console.log('installing packages (once)')
  const code = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
  })
  if (code !== 0) process.exit(code)
  writeFileSync(mark, lock)
}

/** TypeScript → dist/, kernels → WebAssembly, what a site loads → dist/site/. A file whose source is gone is removed: names are found by listing folders. */
export function build() {
  const code = tool('typescript/bin/tsc', ['-p', 'tsconfig.build.json'])
  if (code !== 0) process.exit(code)
  const dist = join(root, 'dist')
  chmodSync(join(dist, 'cli/main.js'), 0o755) // npx makes it so once, when it first sees this folder; not after a new build
  for (const entry of readdirSync(dist, { recursive: true })) {
    const source = entry.replace(/\.d\.mts$/, '.mjs').replace(/(\.d\.ts|\.js)$/, '.ts')
    const isCode = source !== entry || entry.endsWith('.mjs')
    if (isCode && !existsSync(join(root, source))) rmSync(join(dist, entry))
  }
  buildKernels(root, tool)
  const site = run(process.execPath, [join(root, 'scripts/site.mjs')])
  if (site !== 0) process.exit(site)
}
