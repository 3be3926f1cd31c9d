/** Install, build, lint, type-check, test. The last line counts all of it: `N passed, N failed`. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, root, tool } from './setup.mjs'

install()
build()
let passed = 0
let failed = 0
const count = (name, code) => {
  console.log(`${name}: ${code === 0 ? 'ok' : 'failed'}`)
  code === 0 ? passed++ : failed++
}
count('lint', tool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']))
count('types', tool('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']))

count('types of the site', tool('typescript/bin/tsc', ['-p', 'tsconfig.site.json']))

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['test/**/*.test.ts']
const mocha = spawn(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), ...wanted], {
  cwd: root,
})
let output = ''
mocha.stdout.on('data', (text) => {
  output += text
  process.stdout.write(text)
  if (/^ *\d+ passing/m.test(output)) setTimeout(endLeftOver, 60_000).unref()
})
mocha.stderr.pipe(process.stderr)
mocha.on('close', finish)

/** A test that leaves a child or a socket open would keep the run from ending for ever: it fails instead. */
function endLeftOver() {
  console.log('the tests have ended and their process has not: one of them left something open')
  mocha.kill('SIGKILL')
  finish(1)
}

function finish(code) {
  const tally = (word) => Number(output.match(new RegExp(`^ *(\\d+) ${word}`, 'm'))?.[1] ?? 0)
  passed += tally('passing')
  failed += tally('failing')
  if (code !== 0 && tally('failing') === 0) failed++ // the runner itself broke
  const pending = tally('pending')
  console.log(`${passed} passed, ${failed} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
  process.exit(failed === 0 ? 0 : 1)
}
