import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Source } from '../../../../generators/interactions/sources.ts'
import { UserError } from '../../../../io/errors.ts'
import { sha256 } from '../../../../io/files.ts'
import { cachedSource } from '../../../../pipelines/stages/interactions/cached.ts'
import { testContext } from '../../../context.ts'

describe('stage interactions: public logs', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cached-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const source: Source = {
    about: 'A log',
    url: 'https://example.org/log.csv.gz',
    steps: null,
    file: 'log.csv.gz',
    sha256: null,
    license: 'CC0-1.0',
    form: null,
    counts: { users: null, items: null, interactions: null },
  }
  type Download = NonNullable<Parameters<typeof cachedSource>[3]>
  const offline: Download = async () => {
    throw new UserError('example.org: no such host')
  }
  const ask = (of: Partial<Source> = {}, download = offline) =>
    cachedSource('log', { ...source, ...of }, testContext(join(folder, 'smoke')), download)
  const refused = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error))
      assert.match(error.message, message)
      return true
    })
  const cache = () => join(folder, 'cache')
  const put = async (text: string) => {
    await mkdir(cache(), { recursive: true })
    await writeFile(join(cache(), source.file), text)
  }

  it('says what to download and where to put it', async () => {
    await refused(
      ask(),
      /^source log: not in \S+\/cache\. Download https:\/\/example\.org\/log\.csv\.gz, put it at \S+\/cache\/log\.csv\.gz \(example\.org: no such host\)$/,
    )
    const steps = 'take log.csv out of it'
    let asked = 0
    const download: Download = async () => void asked++
    await refused(ask({ steps }, download), /gz, take log\.csv out of it and put that at /)
    assert.equal(asked, 0) // an archive is not what is wanted
  })

  it('records the hash at first use, and holds the file to it', async () => {
    await put('one')
    const first = await ask()
    assert.deepEqual(first, { path: join(cache(), source.file), sha256: sha256('one') })
    assert.equal(await readFile(`${first.path}.sha256`, 'utf8'), `${sha256('one')}  log.csv.gz\n`)
    assert.deepEqual(await ask(), first)
    await put('two')
    await refused(
      ask(),
      new RegExp(
        `^source log: .* has SHA-256 ${sha256('two')}, expected ${sha256('one')}\\. If it is meant to be another edition, delete log\\.csv\\.gz\\.sha256 and run again`,
      ),
    )
    assert.equal((await ask({ sha256: sha256('two') })).sha256, sha256('two')) // the catalog knows better
    await refused(ask({ sha256: sha256('three') }), /expected \S+\. Delete the file and get it again$/)
  })

  it('downloads what is not there, once', async () => {
    const urls: string[] = []
    const download: Download = async (url, path, { sha256: expected }) => {
      urls.push(`${url} ${expected}`)
      await writeFile(path, 'bytes')
    }
    const of = { sha256: sha256('bytes') }
    assert.equal((await ask(of, download)).sha256, sha256('bytes'))
    await ask(of, download)
    assert.deepEqual(urls, [`${source.url} ${of.sha256}`])
  })
})
