import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import conformance from '../../cli/conformance.ts'
import { temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from './printed.ts'

/** Reads Parquet with hyparquet alone, as a foreign program would: hit rate, and a wrong relative error. */
const foreign = `
import { readFileSync } from 'node:fs'
import { parquetReadObjects } from ${JSON.stringify(import.meta.resolve('hyparquet'))}
import { compressors } from ${JSON.stringify(import.meta.resolve('hyparquet-compressors'))}
const folder = process.argv[2]
const read = async (file, key) => {
  const bytes = readFileSync(folder + '/' + file)
  const rows = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), compressors })
  return rows.sort((a, b) => a[key] - b[key])
}
const answers = {}
for (const { id, metric, k, truth, predicted } of JSON.parse(readFileSync(folder + '/cases.json'))) {
  if (metric !== 'hit-rate') { answers[id] = 0; continue }
  const [lists, users] = [await read(predicted, 'user'), await read(truth, 'user')]
  answers[id] = users.filter(({ target }, row) => lists[row].items.slice(0, k).includes(target)).length / users.length
}
console.log(JSON.stringify(answers))
`

describe('fieldrank conformance', function () {
  this.timeout(120_000) // starts processes; a loaded machine takes its time
  const defaults = { metric: [], tolerance: '1e-9', seconds: '60', memory: '4096' }
  const run = (options: object) => printed(() => conformance.run([], { ...defaults, ...options }))
  const refuses = (options: object, message: RegExp) =>
    assert.rejects(run(options), { name: 'UserError', message })

  it('asks our own metrics', async () => {
    const { code, text } = await run({ metric: ['ndcg', 'cg-iterations'] })
    assert.equal(code, 0)
    assert.match(text, /right {2}ndcg@10-places {2}0\.35/)
    assert.match(text, /8 of 8 right\n$/)
  })

  it('asks a foreign program, and says what is wrong and what it should be', async () => {
    const file = join(await temporary(), 'metrics.mjs')
    await writeFile(file, foreign)
    const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(file)}`
    const { code, text } = await run({ command, metric: ['hit-rate', 'relative-l2'] })
    assert.equal(code, 1)
    assert.match(text, /right {2}hit-rate@10-places {2}0\.625\n/)
    assert.match(text, /WRONG {2}relative-l2-mode {2}0, expected 0\.25 = 0\.5 \/ 2\n/)
    assert.match(text, /5 of 8 right\n$/) // relative-l2-same is 0
  })

  it('ends what takes too long, prints too much, fails, or says nothing', async () => {
    const metric = ['boundary']
    await refuses({ metric, command: 'sleep 60 #', seconds: '0.2' }, /--command: took more than 0\.2 s/)
    await refuses({ metric, command: 'yes #' }, /--command: printed more than 1 MiB/)
    await refuses(
      { metric, command: 'sh -c "echo broken >&2; exit 3" #' },
      /--command: ended with exit code 3 \(broken\)/,
    )
    await refuses({ metric, command: 'echo hello' }, /not valid JSON/)
    await refuses({ metric, command: 'echo [] #' }, /must print one JSON object/)
    assert.match((await run({ metric, command: 'echo {} #' })).text, /WRONG {2}boundary-corner {2}no answer/)
    await refuses({ metric: ['bondary'] }, /no case of 'bondary'/)
    await refuses({ tolerance: 'x' }, /--tolerance/)
  })

  it('only writes the kit', async () => {
    const folder = await temporary()
    assert.equal((await run({ metric: ['h1'], write: folder })).code, 0)
    assert.deepEqual((await readdir(folder)).sort(), [
      'cases.json',
      'h1-mode.predicted.parquet',
      'h1-mode.truth.parquet',
      'h1-node.predicted.parquet',
      'h1-node.truth.parquet',
    ])
  })
})
