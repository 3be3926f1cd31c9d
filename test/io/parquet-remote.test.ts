import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import inspect from '../../cli/inspect.ts'
import { listFiles } from '../../io/files.ts'
import { readManifest, readSplit, writeManifest } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { readRemote } from '../../io/parquet-remote.ts'
import { fieldRows, fieldSchema, temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from '../cli/printed.ts'
import { type Served, serve } from '../faults/server.ts'

describe('io/parquet-remote', function () {
  this.timeout(60_000)
  const contents = new Map<string, Buffer>()
  let served: Served
  let folder = ''
  const file = 'test-00000-of-00001.parquet'
  const read = (count: number) =>
    readRemote(served.url + file, count, { loopback: true, sleep: async () => {} })
  before(async () => {
    folder = await temporary()
    const table = await writeParquet(join(folder, file), fieldSchema, fieldRows(200, 'test'), {
      rowGroup: 50,
    })
    await writeManifest(folder, {
      name: 'toy-fields',
      about: 'Toy',
      track: 'operators',
      version: '1.0.0',
      license: 'CC0-1.0',
      schema: fieldSchema,
      shards: [{ split: 'test', ...table }],
      tables: [],
      params: {},
      facts: {},
    })
    served = await serve((path) => contents.get(path) ?? null)
  })
  beforeEach(async () => {
    contents.clear()
    for (const name of await listFiles(folder)) contents.set(`/${name}`, await readFile(join(folder, name)))
    served.asked.length = 0
  })
  after(() => served.close())

  it('reads the first rows with three requests, checked, and less than the file', async () => {
    const found = await read(2)
    const rows = await readSplit(folder, await readManifest(folder), 'test')
    assert.deepEqual(found.first[1]!.k, Array.from((rows.data.k as Float32Array).subarray(36, 72)))
    assert.deepEqual(
      found.first.map(({ row }) => row),
      [0, 1],
    )
    const { requests, unchecked, rowGroups, size } = found
    assert.deepEqual({ requests, unchecked, rowGroups }, { requests: 3, unchecked: null, rowGroups: 4 })
    assert.equal(served.asked.length, 3)
    assert.ok(found.bytes < size, `${found.bytes} of ${size}`)
    assert.equal((await read(0)).requests, 2)
  })

  it('shows no value of a stretch that is not what the manifest says', async () => {
    const damaged = Buffer.from(contents.get(`/${file}`)!)
    damaged[1000]! ^= 1
    contents.set(`/${file}`, damaged)
    await assert.rejects(read(2), /row group 0 has the sha256 .*, expected /)
  })

  it('reads no file by a manifest that leaves out some of its bytes', async () => {
    const manifest = JSON.parse(contents.get('/manifest.json')!.toString())
    manifest.shards[0].rowGroups.splice(1, 1)
    contents.set('/manifest.json', Buffer.from(JSON.stringify(manifest)))
    await assert.rejects(read(2), { name: 'UserError' })
  })

  it('reads without a manifest too, and says why nothing was checked', async () => {
    const manifest = contents.get('/manifest.json')!.toString()
    contents.delete('/manifest.json')
    const { unchecked, rows, first } = await read(1)
    assert.match(unchecked!, /manifest\.json: answers 404$/)
    assert.deepEqual({ rows, found: first.length }, { rows: 200, found: 1 })
    contents.set('/manifest.json', Buffer.from(manifest.slice(0, 100)))
    assert.match((await read(1)).unchecked!, /manifest\.json is not valid JSON/)
    contents.set('/manifest.json', Buffer.from(manifest.replaceAll(file, 'other.parquet')))
    assert.equal((await read(1)).unchecked, 'manifest.json beside it does not list it')
  })

  it('fieldrank inspect shows it, in a process of its own', async () => {
    const { text } = await printed(() => inspect.run([served.url + file], { rows: '1' }))
    assert.match(text, /^test-00000-of-00001\.parquet\n200 rows in 4 row groups\n/)
    assert.match(text, /\n {2}k +f32 +\[6, 6\]/)
    assert.match(
      text,
      /\n3 requests, \d+ bytes fetched of a file of \d+; checked against the manifest beside it\n$/,
    )
    await assert.rejects(
      printed(() => inspect.run([`${served.url}none.parquet`], { rows: '1' })),
      {
        name: 'UserError',
        message: /none\.parquet: answers 404/,
      },
    )
  })
})
