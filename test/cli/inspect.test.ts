import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import inspect from '../../cli/inspect.ts'
import type { Params } from '../../contracts.ts'
import { writeArrow } from '../../io/arrow.ts'
import { writeManifest } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { everyColumn, everySchema, temporaryFolder } from '../io/tables.ts'
import { printed } from './printed.ts'

describe('fieldrank inspect', () => {
  const at = temporaryFolder()
  const run = async (path: string, options: Params = { rows: '2' }) =>
    (await printed(() => inspect.run([path], options))).text

  it('shows schema, splits, params, facts and first rows of a dataset', async () => {
    const table = await writeParquet(at('train-00000-of-00001.parquet'), everySchema, everyColumn(5))
    await writeManifest(at(), {
      name: 'toy',
      track: 'operators',
      version: '1.2.3',
      license: 'CC-BY-4.0',
      about: 'Small numbers',
      schema: everySchema,
      shards: [{ split: 'train', ...table }],
      tables: [],
      params: { window: [1, 2], seed: 42 },
      facts: { worstResidual: 3e-11 },
    })
    const text = await run(at())
    assert.match(text, /^toy 1\.2\.3\nSmall numbers\n/)
    assert.match(text, /\n {2}k +f32 +\[3, 3\] +1 +a field\n/)
    assert.match(text, /\n {2}history +i32 +\[\*\] +a list\n/)
    assert.match(text, /\n {2}train {2}5 rows {2}1 file {2}0\.00 MB\n/)
    assert.match(text, /\n {2}window +\[1,2\]\n {2}seed +42\n/)
    assert.match(text, /\n {2}worstResidual +3e-11\n/)
    // row 1 of k is 9/8 … 17/8
    assert.match(text, /\n {2}1 +row +1\n +k +\[3, 3\] +1\.125 +1\.625 +2\.125\n/)
    assert.doesNotMatch(text, /\n {2}2 +row/) // two rows were asked for
    assert.doesNotMatch(await run(at(), { rows: '0' }), /first rows/)
  })

  it('shows a Parquet file: row groups, schema, metadata', async () => {
    const options = { rowGroup: 4, metadata: { note: 'a line\n\u001b[31mand a color' } }
    await writeParquet(at('a.parquet'), everySchema, everyColumn(6), options)
    const text = await run(at('a.parquet'))
    assert.match(text, /^a\.parquet\n6 rows in 2 row groups of 4 and 2\n/)
    assert.match(text, /\n {2}note {2}a line··\[31mand a color\n/) // nothing that moves the cursor
    assert.match(text, /\n {2}1 +row +1\n/)
    assert.match(text, /history +\[1\] +10 +10 +10\n/)
    assert.match(text, /time +4611686018427387903\n/)
    assert.doesNotMatch(text, /ARROW:schema/)
  })

  it('shows an Arrow file', async () => {
    await writeArrow(at('a.arrow'), everySchema, everyColumn(3), { note: 'x' })
    assert.match(await run(at('a.arrow')), /^a\.arrow\n3 rows\n[\s\S]*note {2}x\n[\s\S]*id +a\n/)
  })

  it('says what it cannot read', async () => {
    await writeFile(at('a.csv'), 'a,b')
    const fails = (path: string, message: RegExp, options?: Params) =>
      assert.rejects(run(path, options), { name: 'UserError', message })
    await fails(at('gone'), /inspect: no such file or folder/)
    await fails(at('a.csv'), /neither a folder with a manifest nor a \.parquet or \.arrow file/)
    await fails(at(), /no manifest\.json/)
    await fails(at('a.csv'), /--rows: must be a whole number/, { rows: '-1' })
  })
})
