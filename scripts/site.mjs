/**
 * What the pages of `fieldrank site` load: reports/site/browser/ → dist/site/, so that an installed package needs no bundler.
 * A process of its own: nothing that runs before `npm ci` may import a package.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'reports/site/browser')
const out = join(root, 'dist/site')

const { metafile } = buildSync({
  absWorkingDir: root,
  entryPoints: [
    { in: join(folder, 'theme.ts'), out: 'theme' },
    { in: join(folder, 'main.ts'), out: 'site' },
    { in: join(folder, 'style.css'), out: 'style' },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife', // a module would not load from a file
  target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
  metafile: true,
  logLevel: 'warning',
})

const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
    (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
  ),
)
const notices = [...packages].sort().map((name) => {
  return `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim()}\n`
})
writeFileSync(join(out, 'licenses.txt'), notices.join('\n---\n\n'))
