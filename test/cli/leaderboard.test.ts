import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import verb from '../../cli/leaderboard.ts'
import { UserError } from '../../io/errors.ts'
import { printed } from './printed.ts'

describe('fieldrank leaderboard', () => {
  let data: string
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'verb-'))
    for (const track of ['operators', 'recommenders']) {
      const folder = join(data, 'smoke/reports', track)
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'leaderboard.md'), `# ${track}\n`)
      await writeFile(join(folder, 'leaderboard.csv'), `track\n${track}\n`)
      await writeFile(join(folder, 'leaderboard.json'), `{ "track": "${track}" }\n`)
    }
  })
  after(() => rm(data, { recursive: true, force: true }))

  const options = (said: object = {}) => ({ profile: 'smoke', data, format: 'md', ...said })
  const fails = (args: string[], said: object, sentence: string) =>
    assert.rejects(verb.run(args, options(said)), (error) => {
      assert.ok(error instanceof UserError)
      assert.equal(error.message.replaceAll(data, 'data'), sentence)
      return true
    })

  it('prints the table of a track, or of all', async () => {
    assert.equal((await printed(() => verb.run(['operators'], options()))).text, '# operators\n')
    assert.equal((await printed(() => verb.run([], options()))).text, '# operators\n\n# recommenders\n')
  })

  it('prints the files that machines read as they are', async () => {
    const csv = (await printed(() => verb.run(['recommenders'], options({ format: 'csv' })))).text
    assert.equal(csv, 'track\nrecommenders\n')
    const one = (await printed(() => verb.run(['operators'], options({ format: 'json' })))).text
    assert.deepEqual(JSON.parse(one), { track: 'operators' })
    const all = (await printed(() => verb.run([], options({ format: 'json' })))).text
    assert.deepEqual(JSON.parse(all), [{ track: 'operators' }, { track: 'recommenders' }])
  })

  it('answers a mistake with a sentence', async () => {
    const known = 'operators, preconditioners, recommenders'
    await fails(['operator'], {}, `track 'operator' not found (${known}). Did you mean 'operators'?`)
    await fails(
      ['operators'],
      { format: 'cvs' },
      "--format: one of md, csv, json (got cvs). Did you mean 'csv'?",
    )
    await fails([], { format: 'csv' }, 'leaderboard: --format csv prints one track; name it')
  })

  it('knows the profiles, and shows what is there under another name', async () => {
    await fails(
      [],
      { profile: 'smoek' },
      "unknown profile 'smoek' in pipeline.yaml (tiny, smoke, small, extended, full). Did you mean 'smoke'?",
    )
    await mkdir(join(data, 'mine/reports/operators'), { recursive: true })
    await writeFile(join(data, 'mine/reports/operators/leaderboard.md'), '# mine\n')
    assert.equal((await printed(() => verb.run([], options({ profile: 'mine' })))).text, '# mine\n')
  })

  it('says which command makes what is not there', async () => {
    const makes = 'fieldrank run --profile full makes it'
    const at = (text: string) => text.replaceAll('/', join('/'))
    await fails(
      ['operators'],
      { profile: 'full' },
      at(`leaderboard of operators: nothing in data/full yet. ${makes}`),
    )
    await fails([], { profile: 'full' }, at(`leaderboard: nothing in data/full yet. ${makes}`))
  })
})
