import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fetchVerb from '../../cli/fetch.ts'
import { barLine, byteBar } from '../../cli/terminal/bar.ts'
import verifyVerb from '../../cli/verify.ts'
import { listFiles } from '../../io/files.ts'
import { makeOperators, temporary } from '../benchmarks/toy-datasets.ts'
import { serve } from '../faults/server.ts'
import { printed } from './printed.ts'

describe('fieldrank fetch', () => {
  const options = { mirror: [], only: [], jobs: '2' }

  it('fetches from a server, says what it did, leaves no lock, and the split verifies', async () => {
    const folder = await temporary()
    await makeOperators(join(folder, 'source'))
    const contents = new Map<string, Buffer>()
    for (const file of await listFiles(join(folder, 'source')))
      contents.set(`/${file}`, await readFile(join(folder, 'source', file)))
    const served = await serve((path) => contents.get(path) ?? null)
    const out = join(folder, 'cache')
    try {
      const run = () => printed(() => fetchVerb.run([served.url], { ...options, out, split: 'test' }))
      const { text, code } = await run()
      assert.equal(code, 0)
      assert.match(
        text,
        /^toy-fields 1\.0\.0 {2}2 files fetched \(0\.0 MB\), 0 kept, every byte checked {2}.*toy-fields\n$/,
      )
      assert.match((await run()).text, / 0 files fetched \(0\.0 MB\), 2 kept/)
      assert.ok(!existsSync(join(out, 'run.lock')))
      const check = { rows: '0', split: 'test', profile: '', data: '' }
      const verified = await printed(() => verifyVerb.run([join(out, 'toy-fields')], check))
      assert.match(verified.text, /^whole /)
    } finally {
      await served.close()
    }
  })

  it('answers mistakes with one sentence', async () => {
    const refuses = (given: string, more: object, message: RegExp) =>
      assert.rejects(fetchVerb.run([given], { ...options, out: 'none', ...more }), {
        name: 'UserError',
        message,
      })
    await refuses('gaussian9', {}, /^dataset 'gaussian9': not in data\/catalog\.json .* A URL works too$/)
    await refuses(
      'https://x.example/',
      { split: 'tset' },
      /^--split: one of train, valid, test \(got tset\)\. Did you mean 'test'\?$/,
    )
    await refuses('https://x.example/', { jobs: '0' }, /^--jobs: must be a whole number from 1/)
    for (const given of ['hf:bad', 'hf:a/b/c', 'hf:'])
      await refuses(given, {}, /^fetch: expected hf:<owner>\/<name> \(got hf:/)
    await refuses('https://x.example/', { mirror: ['hf:bad'] }, /^fetch: expected .* \(got hf:bad\)$/)
    assert.ok(!existsSync('none'))
  })

  it('draws a bar with rate and time left, a quarter full at a quarter', () => {
    assert.equal(
      barLine(3e6, 12e6, 1.5e6),
      `[${'#'.repeat(6)}${'·'.repeat(18)}]  25 %  3.0 of 12.0 MB  1.5 MB/s  6.0 s left`,
    )
    let [now, text] = [0, '']
    const bar = byteBar({ isTTY: true, columns: 80, write: (more: string) => (text += more) }, () => now)
    bar.progress(0, 10e6)
    now = 1000
    bar.progress(4e6, 10e6)
    bar.close()
    assert.match(text, /\r\[#{9}·{15}\] {2}40 % {2}4\.0 of 10\.0 MB {2}4\.0 MB\/s {2}1\.5 s left.*\r.*$/)
  })
})
