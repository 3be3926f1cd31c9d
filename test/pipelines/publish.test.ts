import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import parquetjs from 'parquetjs-lite'
import { parse } from 'yaml'
import publishVerb from '../../cli/publish.ts'
import verifyVerb from '../../cli/verify.ts'
import type { Dataset } from '../../contracts.ts'
import { openDuckdb, quote } from '../../io/duckdb.ts'
import { fetchDatasets } from '../../io/fetch.ts'
import { hashTree, listFiles, sha256File } from '../../io/files.ts'
import { checkDataset, readManifest, readSplit, writeManifest } from '../../io/manifest.ts'
import { readParquet } from '../../io/parquet.ts'
import { type Hub, hubName, push } from '../../pipelines/publication/push.ts'
import { sizeCategory } from '../../pipelines/publication/readme.ts'
import { publish } from '../../pipelines/publish.ts'
import { makeOperators, makeRecommenders, temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from '../cli/printed.ts'
import { serve } from '../faults/server.ts'
import { croissantProblems } from '../reports/croissant-rules.ts'

describe('fieldrank publish', function () {
  this.timeout(120_000)
  let folder = ''
  let out = ''
  const imprint = {
    name: 'Toys',
    about: 'Two toys.',
    url: 'https://data.example/toys',
    by: 'A. Name',
    date: '2026-01-31',
  }
  const options = { imprint, version: '0.1.0', compatible: true }
  const json = async (file: string) => JSON.parse(await readFile(join(out, file), 'utf8'))
  let datasets: Dataset[] = []
  before(async () => {
    folder = await temporary()
    out = join(folder, 'published')
    const root = join(folder, 'profile/datasets')
    await makeOperators(join(root, 'operators/toy-fields'))
    await makeRecommenders(join(root, 'recommenders/toy-walks'))
    await publish([join(folder, 'profile')], out, options)
    datasets = await Promise.all(
      ['operators/toy-fields', 'recommenders/toy-walks'].map((path) => readManifest(join(root, path))),
    )
  })

  it('has every file in SHA256SUMS, and sha256sum agrees', async () => {
    const said = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' })
    const files = (await listFiles(out)).filter((file) => file !== 'SHA256SUMS')
    assert.equal(said.trim().split('\n').length, files.length)
    for (const file of [
      'README.md',
      'croissant.json',
      'manifest.json',
      'recipe.json',
      'ro-crate-metadata.json',
    ])
      assert.ok(files.includes(file), file)
  })

  it('is verified as it lies, each manifest against the list', async () => {
    const verify = () =>
      printed(() => verifyVerb.run([out], { rows: '0', split: 'test', profile: '', data: '' }))
    const whole = await verify()
    assert.equal(whole.text.match(/^whole /gm)?.length, 2, whole.text) // bytes alone: toys lack the facts of real sets
    const folder = join(out, 'data/toy-fields')
    const files = await Promise.all(
      ['manifest.json', 'SHA256SUMS'].map((name) => readFile(join(folder, name))),
    )
    await writeManifest(folder, { ...datasets[0]!, version: '1.0.1' })
    assert.match((await verify()).text, /manifest\.json: is not the one that the publication lists/)
    await writeFile(join(folder, 'manifest.json'), files[0]!)
    await writeFile(join(folder, 'SHA256SUMS'), files[1]!)
  })

  it('comes back from a server as the same datasets', async () => {
    const served = await serve((path) => contents.get(path.slice(1)) ?? null)
    const contents = new Map<string, Buffer>()
    for (const file of await listFiles(out)) contents.set(file, await readFile(join(out, file)))
    try {
      const cache = join(folder, 'cache')
      const all = await fetchDatasets(served.url, cache, { loopback: true })
      assert.deepEqual(
        all.map(({ dataset }) => dataset),
        datasets,
      )
      for (const { folder, dataset } of all) {
        assert.deepEqual(await checkDataset(folder), [])
        assert.equal(await hashTree(folder), await hashTree(join(out, 'data', dataset.name)))
      }
      const only = await fetchDatasets(served.url, join(folder, 'one'), {
        loopback: true,
        only: ['toy-walks'],
      })
      assert.equal(only.length, 1)
      const wrong = fetchDatasets(served.url, cache, { loopback: true, only: ['toy-walk'] })
      await assert.rejects(wrong, /not published there.*Did you mean 'toy-walks'\?/)
      contents.set('data/toy-walks/manifest.json', Buffer.from('{}'))
      const forged = fetchDatasets(served.url, cache, { loopback: true, sleep: async () => {} })
      await assert.rejects(forged, /manifest\.json: not downloaded\. .*would send 2 bytes/)
    } finally {
      await served.close()
    }
  })

  it('writes the same bytes again, and not over something else', async () => {
    const again = join(folder, 'again')
    await publish([join(folder, 'profile')], again, options)
    assert.equal(await hashTree(again), await hashTree(out))
    await assert.rejects(publish([join(folder, 'profile')], out, options), /is not empty/)
    const twice = Array(2).fill(join(folder, 'profile'))
    await assert.rejects(publish(twice, join(folder, 'new'), options), /two datasets are called/)
  })

  it('publishes nothing that is damaged', async () => {
    const bad = join(folder, 'bad')
    await cp(join(folder, 'profile/datasets/operators/toy-fields'), bad, { recursive: true })
    await writeFile(join(bad, datasets[0]!.shards[0]!.path), 'x')
    await assert.rejects(
      publish([bad], join(folder, 'none'), options),
      /is damaged, and is not published: train-/,
    )
    assert.ok(!existsSync(join(folder, 'none')) && !existsSync(join(folder, 'none.partial')))
  })

  it('says in YAML what the hub wants to know, and what is true', async () => {
    const text = await readFile(join(out, 'README.md'), 'utf8')
    const card = parse(text.split('---\n')[1]!)
    assert.deepEqual(
      card.configs.map((one: { config_name: string }) => one.config_name),
      ['toy-fields', 'toy-walks'],
    )
    const [info] = card.dataset_info
    const test = datasets[0]!.shards.filter(({ split }) => split === 'test')
    const rows = test.reduce((sum, shard) => sum + shard.rows, 0)
    const bytes = test.reduce((sum, shard) => sum + shard.bytes, 0)
    assert.deepEqual(info.splits[2], { name: 'test', num_bytes: bytes, num_examples: rows })
    assert.deepEqual(info.features.slice(0, 2), [
      { name: 'row', dtype: 'int32' },
      { name: 'k', list: 'float32' },
    ])
    const { path } = card.configs[0].data_files[2]
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replace('*', '.*')}$`)
    assert.equal((await listFiles(out)).filter((file) => pattern.test(file)).length, test.length)
    assert.equal(sizeCategory(999), 'n<1K')
    assert.equal(sizeCategory(33_800), '10K<n<100K')
  })

  it('keeps the rules of Croissant 1.0, with the hash of every file', async () => {
    const made = await json('croissant.json')
    assert.deepEqual(croissantProblems(made, await listFiles(out)), [])
    for (const { '@id': id, sha256 } of made.distribution)
      if (sha256 !== undefined) assert.equal(sha256, await sha256File(join(out, id)))
    assert.equal(
      made.distribution.filter((one: object) => 'sha256' in one).length >= datasets[0]!.shards.length,
      true,
    )
    const { license: _, ...without } = made
    assert.deepEqual(croissantProblems(without, []).slice(0, 1), ['dataset: no license'])
    const broken = structuredClone(made)
    broken.recordSet[0].field[0].source.fileSet['@id'] = 'nothing'
    assert.match(croissantProblems(broken, await listFiles(out))[0]!, /nothing is not in the distribution/)
  })

  it('names its files, makers and recipe as RO-Crate 1.1 does', async () => {
    const { '@graph': graph, '@context': context } = await json('ro-crate-metadata.json')
    assert.equal(context, 'https://w3id.org/ro/crate/1.1/context')
    const ids = new Map(graph.map((one: { '@id': string }) => [one['@id'], one]))
    const root = ids.get('./') as Record<string, unknown> & { hasPart: { '@id': string }[] }
    for (const name of ['name', 'description', 'datePublished', 'license']) assert.ok(root[name], name)
    for (const { '@id': id } of root.hasPart) assert.ok(ids.has(id), id)
    const recipe = await json('recipe.json')
    assert.deepEqual(recipe.datasets[0].params, datasets[0]!.params)
    assert.match(recipe.datasets[0].code['pipelines/stages/fields'], /^[0-9a-f]{64}$/)
  })

  it('has a sample that parquetjs-lite, hyparquet, DuckDB and arrow-rs read alike', async () => {
    const path = join(out, 'compatible/toy-fields.parquet')
    const rows = await readSplit(join(out, 'data/toy-fields'), datasets[0]!, 'test')
    const k = Array.from(rows.data.k as Float32Array).slice(0, 36)
    assert.deepEqual(Array.from((await readParquet(path)).data.k as Float32Array).slice(0, 36), k)
    const bytes = await readFile(path)
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    const [first] = (await parquetReadObjects({ file: buffer, compressors })) as { k: number[] }[]
    assert.deepEqual(Array.from(first!.k), k)
    const db = await openDuckdb(join(folder, 'db'))
    const [sums] = await db.rows(
      `SELECT count(*) AS n, list_sum(first(k)) AS k FROM read_parquet(${quote(path)})`,
    )
    await db.close()
    assert.equal(sums!.n, datasets[0]!.shards.find(({ split }) => split === 'test')!.rows)
    const total = k.reduce((sum, value) => sum + value, 0)
    assert.ok(Math.abs(Number(sums!.k) - total) <= 1e-5 * total) // DuckDB adds in f32
    const reader = await parquetjs.ParquetReader.openFile(path)
    const row = await reader.getCursor().next()
    await reader.close()
    const list = row.k.list.map((one: object) => Object.values(one)[0])
    assert.deepEqual(list, k)
    assert.equal(Number(row.row), (rows.data.row as Int32Array)[0])
  })

  it('shows what it would upload, sends it when told to, and never without a token', async () => {
    const flags = { name: 'Toys', about: 'x', by: 'A. Name', date: '2026-01-31', push: 'hf:someone/toys' }
    const source = join(folder, 'profile')
    const { text } = await printed(() => publishVerb.run([source], { ...flags, out: join(folder, 'dry') }))
    assert.match(text, /would upload {2}manifest\.json {2}\d+ B\n[\s\S]*nothing was sent/)
    assert.match(
      await readFile(join(folder, 'dry/README.md'), 'utf8'),
      /huggingface\.co\/datasets\/someone\/toys/,
    )
    const sent: Parameters<Hub['uploadFiles']>[0][] = []
    const hub = async () => ({ uploadFiles: async (request: (typeof sent)[0]) => void sent.push(request) })
    const files = (await listFiles(out)).map((path) => ({ path, bytes: 0, sha256: '' }))
    await push(out, files, { repo: 'someone/toys', token: 'secret', hub })
    assert.deepEqual(sent[0]!.repo, { type: 'dataset', name: 'someone/toys' })
    assert.equal(sent[0]!.files.length, files.length)
    await assert.rejects(push(out, files, { repo: 'a/b', token: undefined, hub }), /no token/)
    assert.throws(() => hubName('someone/toys'), /must be hf:<owner>\/<name>/)
    const given = publishVerb.run([source], { ...flags, by: undefined, out: join(folder, 'x') })
    await assert.rejects(given, /say who publishes it with --by/)
    await rm(join(folder, 'dry'), { recursive: true })
  })
})
