import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { entryOf, readCatalog } from '../../io/catalog.ts'
import { type FetchOptions, fetchDatasets, folderUrl } from '../../io/fetch.ts'
import { hashTree, listFiles } from '../../io/files.ts'
import { checkDataset } from '../../io/manifest.ts'
import { makeOperators, temporary } from '../benchmarks/toy-datasets.ts'
import { type Served, serve } from '../faults/server.ts'

describe('io/fetch', () => {
  let folder = ''
  let source = ''
  let served: Served
  let contents: Map<string, Buffer>
  const out = () => join(folder, 'cache')
  const fetch = (more: FetchOptions = {}) =>
    fetchDatasets(served.url, out(), { loopback: true, sleep: async () => {}, ...more }).then(([one]) => one!)

  beforeEach(async () => {
    folder = await temporary()
    source = join(folder, 'source')
    await makeOperators(source)
    contents = new Map()
    for (const file of await listFiles(source)) contents.set(`/${file}`, await readFile(join(source, file)))
    served = await serve((path) => contents.get(path) ?? null)
  })
  afterEach(() => served.close())

  it('gives back the same folder, to the byte, manifest and sums included', async () => {
    const seen: number[][] = []
    const { folder: got, fetched } = await fetch({ progress: (...numbers) => seen.push(numbers) })
    assert.equal(await hashTree(got), await hashTree(source))
    assert.deepEqual(await checkDataset(got), [])
    assert.equal(fetched.length, contents.size - 2)
    const bytes = [...contents].reduce(
      (sum, [path, one]) => sum + (path.endsWith('parquet') ? one.length : 0),
      0,
    )
    assert.deepEqual(seen.at(-1), [bytes, bytes])
  })

  it('asks for the manifest alone when all is there, and for one file when one is damaged', async () => {
    const { folder: got } = await fetch()
    served.asked.length = 0
    assert.equal((await fetch()).fetched.length, 0)
    assert.deepEqual(
      served.asked.map(({ path }) => path),
      ['/manifest.json'],
    )
    const [first] = (await listFiles(got)).filter((file) => file.endsWith('.parquet'))
    await writeFile(join(got, first!), 'damaged')
    const again = await fetch()
    assert.deepEqual(again.fetched, [first])
    assert.equal(await readFile(again.quarantined[0]!, 'utf8'), 'damaged')
    assert.equal(await hashTree(got), await hashTree(source))
  })

  it('fetches one split, which verifies as that', async () => {
    const { folder: got, dataset, fetched } = await fetch({ split: 'test' })
    const test = dataset.shards.filter(({ split }) => split === 'test').map(({ path }) => path)
    assert.deepEqual(fetched, test)
    assert.deepEqual(await checkDataset(got, 'test'), [])
    assert.match((await checkDataset(got))[0]!, /^train-.*: missing from/)
    await rm(join(got, test[0]!))
    assert.match((await checkDataset(got, 'test'))[0]!, /^test-.*: missing from/)
  })

  it('writes no manifest while a file is missing, keeps the others, and goes on', async () => {
    const [path, content] = [...contents].find(([name]) => name.startsWith('/test'))!
    contents.delete(path)
    await assert.rejects(fetch(), /^UserError: 1 of \d+ files are missing; .*\n {2}test-.*: answers 404$/)
    assert.ok(!(await readdir(join(out(), 'toy-fields'))).includes('manifest.json'))
    contents.set(path, content)
    assert.deepEqual((await fetch()).fetched, [path.slice(1)])
  })

  it('does not mix versions: another manifest takes the place only when it is told to', async () => {
    await fetch()
    const manifest = JSON.parse(contents.get('/manifest.json')!.toString())
    contents.set('/manifest.json', Buffer.from(JSON.stringify({ ...manifest, version: '2.0.0' })))
    await assert.rejects(
      fetch(),
      /is another version than the 2\.0\.0 that is published\. fetch --again replaces it/,
    )
    assert.equal((await fetch({ again: true })).dataset.version, '2.0.0')
  })

  it('knows folders of the hub, and says that a name is not in the catalog', async () => {
    assert.equal(folderUrl('hf:a/b'), 'https://huggingface.co/datasets/a/b/resolve/main/')
    assert.equal(folderUrl('hf:a/b@v1'), 'https://huggingface.co/datasets/a/b/resolve/v1/')
    for (const page of ['https://huggingface.co/datasets/a/b', 'https://huggingface.co/datasets/a/b/'])
      assert.equal(folderUrl(page), folderUrl('hf:a/b')) // README.md of a publication says it so
    assert.equal(folderUrl('https://x.example/d/manifest.json'), 'https://x.example/d/')
    const catalog = { 'gaussian0.4_grid64': { url: 'https://x.example/d' } }
    assert.equal(entryOf(catalog, 'gaussian0.4_grid64').url, 'https://x.example/d')
    assert.throws(() => entryOf(catalog, 'gaussian0.4_grid46'), /Did you mean 'gaussian0\.4_grid64'\?/)
    assert.equal(typeof (await readCatalog()), 'object')
    assert.throws(
      () => entryOf({}, 'x'),
      /^UserError: dataset 'x': not in data\/catalog\.json \(nothing is published yet/,
    )
  })
})
