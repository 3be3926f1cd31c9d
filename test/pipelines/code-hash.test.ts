import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { CODE } from '../../io/lookup.ts'
import { closure, codeHash, stageCode } from '../../pipelines/code-hash.ts'
import { isFresh, stageFile } from '../../pipelines/stage-file.ts'
import { mistake, type Toy, toy } from './toy.ts'

describe('pipelines/code-hash', () => {
  let one: Toy
  beforeEach(() => {
    one = toy()
  })
  afterEach(() => one.remove())
  /** Whether rewriting `path` changes the hash of a.ts. */
  const changes = (path: string, text: string) => {
    const before = codeHash(`${one.folder}/a.ts`)
    one.write(path, text)
    return codeHash(`${one.folder}/a.ts`) !== before
  }
  const imports = () => [...closure(`${one.folder}/a.ts`)].map((file) => relative(one.folder, file)).sort()

  it('follows every way to import by a relative path', () => {
    one.write(
      'a.ts',
      [
        "import './side.ts'",
        "import type { T } from './type.ts'",
        "export type { U } from './type.ts'",
        'import { b,\n  type B,\n} from "./b.ts"',
        "import * as c from './deep/c.ts'",
        "export * from './d.ts'",
        "export { e } from './e.ts'",
        'const f = async () => await import( "./f.ts" )',
        "const kernel = new URL('./kernel.wasm', import.meta.url)",
        "import fs from 'node:fs'",
        "const name = './never.ts'",
      ].join('\n'),
    )
    for (const file of ['side', 'type', 'b', 'd', 'e', 'f', 'never', 'x']) one.write(`${file}.ts`, '1')
    one.write('deep/c.ts', "import x from '../x.ts'\nimport a from '../a.ts'") // and back: a circle is no trouble
    one.write('kernel.wasm', '\0asm')
    assert.deepEqual(imports(), [
      'a.ts',
      'b.ts',
      'd.ts',
      'deep/c.ts',
      'e.ts',
      'f.ts',
      'kernel.wasm',
      'side.ts',
      'x.ts',
    ])
    assert.equal(changes('x.ts', '2'), true)
    assert.equal(changes('kernel.wasm', '\0asm2'), true)
    assert.equal(changes('a.ts', "import './x.ts'"), true)
  })

  it('takes no notice of types', () => {
    one.write(
      'a.ts',
      "import type { T } from './types.ts'\nimport { b } from './b.ts'\nexport type { U } from './types.ts'\n",
    )
    one.write('b.ts', 'export const b = 1\n')
    one.write('types.ts', 'export type T = 1\n')
    assert.equal(changes('types.ts', 'export type T = 2\n'), false)
    assert.equal(changes('b.ts', 'export const b = 2\n'), true)
  })

  it('does not take the text of a comment for an import', () => {
    one.write('a.ts', "/**\n * import { x } from './x.ts'\n */\nexport const a = 1\n// import './x.ts'\n")
    one.write('x.ts', '1')
    assert.deepEqual(imports(), ['a.ts'])
  })

  it('works on compiled code, and finds sources behind the names of compiled files', () => {
    one.write('a.ts', "import { b } from './b.js'")
    one.write('b.ts', "import c from './c.ts'")
    one.write('c.js', '1')
    assert.deepEqual(imports(), ['a.ts', 'b.ts', 'c.js'])
  })

  it('is blind to the folder it lies in', () => {
    const other = toy()
    try {
      for (const place of [one, other]) {
        place.write('a.ts', "import './b/c.ts'")
        place.write('b/c.ts', '1')
      }
      assert.equal(codeHash(`${one.folder}/a.ts`), codeHash(`${other.folder}/a.ts`))
    } finally {
      other.remove()
    }
  })

  it('hashes the stage and every module that its params name', () => {
    one.write('mine.ts', "import './part.ts'")
    one.write('part.ts', '1')
    const code = stageCode(one.stages)('sum', {
      solver: 'cholesky',
      generator: { name: 'poisson' },
      model: `${one.folder}/mine.ts`,
      track: 'operators',
      metrics: ['relative-l2'],
      source: `${one.file}`, // data, and no code
    })
    assert.deepEqual(Object.keys(code), [
      `${one.stages}/sum.mjs`,
      'generators/poisson',
      'solvers/cholesky',
      'benchmarks/tracks/operators',
      `${one.folder}/mine.ts`,
      'metrics/operators/relative-l2',
    ])
    assert.equal(code['solvers/cholesky'], codeHash(`${CODE}/solvers/cholesky.ts`))
    one.write('part.ts', '2')
    const after = stageCode(one.stages)('sum', { model: `${one.folder}/mine.ts`, track: 'operators' })
    assert.notEqual(after[`${one.folder}/mine.ts`], code[`${one.folder}/mine.ts`])
    assert.equal(after[`${one.stages}/sum.mjs`], code[`${one.stages}/sum.mjs`])
  })

  it('says which stage module is missing, and reads from the text whether one is fresh', () => {
    assert.equal(
      mistake(() => stageFile(one.stages, 'summ')),
      `stage module 'summ' not found in ${one.stages} (fail, fresh, pid, pieces, rows, sum). Did you mean 'sum'?`,
    )
    assert.match(
      mistake(() => stageFile(one.stages, '../sum')),
      /^stage module '..\/sum' not found/,
    )
    assert.deepEqual([isFresh(one.stages, 'fresh'), isFresh(one.stages, 'pid')], [true, false])
  })
})
