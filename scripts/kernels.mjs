/**
 * kernels/<name>.as.ts (AssemblyScript) → kernels/built/<name>.wasm, and a copy in dist/ for the package.
 * Parts that kernels share lie in kernels/parts/. A kernel is compiled again when its source, a part, the compiler or a flag changed.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * No relaxed SIMD and no fused multiply-add: the same bytes on every machine. Memory comes from the host, which sizes it once:
 * a memory that grows later detaches the views of whoever holds them.
 */
export const FLAGS = [
  '-O3',
  '--noAssert',
  '--runtime=stub',
  '--use=abort=',
  '--enable=simd',
  '--enable=threads',
  '--importMemory',
  '--sharedMemory',
  '--maximumMemory=16384', // pages of 64 KiB; the host states the same
]

export function buildKernels(root, tool) {
  const folder = join(root, 'kernels')
  if (!existsSync(folder)) return
  const built = join(folder, 'built')
  mkdirSync(built, { recursive: true })
  const sources = sourcesIn(folder)
  const parts = existsSync(join(folder, 'parts')) ? sourcesIn(join(folder, 'parts')) : []
  const version = readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8')
  const wanted = new Set(sources.map((source) => source.name))
  for (const { name, text } of sources) {
    const mark = digest([version, ...FLAGS, text, ...parts.map((part) => part.text)])
    const out = join(built, `${name}.wasm`)
    if (existsSync(out) && readMark(`${out}.mark`) === mark) continue
    const code = tool('assemblyscript/bin/asc.js', [`kernels/${name}.as.ts`, ...FLAGS, '-o', out])
    if (code !== 0) process.exit(code)
    writeFileSync(`${out}.mark`, mark)
  }
  for (const file of readdirSync(built)) if (!wanted.has(file.split('.')[0])) rmSync(join(built, file))
  cpSync(built, join(root, 'dist/kernels/built'), {
    recursive: true,
    filter: (path) => !path.endsWith('.mark'),
  })
}

function sourcesIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.as.ts'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.as.ts'.length),
      text: readFileSync(join(folder, file), 'utf8'),
    }))
}

function readMark(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

function digest(texts) {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}\n`).update(text)
  return hash.digest('hex')
}
