import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { CODE, fileOf, isPath, load, nameOf, namesIn } from '../../io/lookup.ts'
import { temporaryFolder } from './tables.ts'

describe('lookup', () => {
  const at = temporaryFolder()

  it('the name is the path: files of a folder, sorted, parts in subfolders left out', () => {
    const names = namesIn('io')
    assert.ok(names.includes('lookup') && names.includes('parquet-bytes'))
    assert.deepEqual(names, [...names].sort())
    assert.ok(!namesIn('generators').includes('fields'))
    assert.equal(fileOf('file', 'io', 'lookup'), join(CODE, 'io/lookup.ts'))
  })

  it('tells names from paths and calls a path by its file', () => {
    const cases: [string, boolean, string][] = [
      ['unet', false, 'unet'],
      ['relative-l2', false, 'relative-l2'],
      ['./my-model.ts', true, 'my-model'],
      ['/data/My Log (2).csv.gz', true, 'my-log-2'],
      ['gowalla.inter', true, 'gowalla'],
      ['folder/name', true, 'name'],
      ['/x/日本.csv', true, 'unnamed'],
    ]
    for (const [value, path, name] of cases)
      assert.deepEqual([isPath(value), nameOf(value)], [path, name], value)
  })

  it('answers a wrong name with the list and the closest', () => {
    const fails = (name: string, message: RegExp) =>
      assert.throws(() => fileOf('generator', 'generators', name), { name: 'UserError', message })
    fails(
      'condif',
      /^generator 'condif' not found in generators \(.*condiff.*poisson.*\)\. Did you mean 'condiff'\?$/,
    )
    fails('../io/lookup', /^generator '\.\.\/io\/lookup': no such file$/)
    fails('./gone.ts', /^generator '\.\/gone\.ts': no such file$/)
  })

  it("loads a default export, ours or a user's own file", async () => {
    const generator = await load<{ about: string }>('generator', 'generators', 'poisson')
    assert.match(generator.about, /Poisson/)
    await mkdir(at('user'))
    await writeFile(at('user/mine.mjs'), "export default { about: 'mine' }")
    await writeFile(at('user/none.mjs'), 'export const x = 1')
    assert.equal((await load<{ about: string }>('model', 'models', at('user/mine.mjs'))).about, 'mine')
    assert.equal(
      (await load<{ about: string }>('model', 'models', relative('.', at('user/mine.mjs')))).about,
      'mine',
    )
    await assert.rejects(load('model', 'models', at('user/none.mjs')), {
      name: 'UserError',
      message: /has no default export/,
    })
  })
})
