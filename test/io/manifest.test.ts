import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFile, copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import type { Dataset, Shard, Split, Table } from '../../contracts.ts'
import { concat, pick, slice } from '../../io/columns.ts'
import {
  checkDataset,
  readManifest,
  readSplit,
  readTable,
  shardName,
  writeManifest,
} from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { everyColumn, everySchema, temporaryFolder } from './tables.ts'

const rows = everyColumn(50)
const itemSchema = {
  item: { type: 'i32', shape: [], about: 'number' },
  id: { type: 'utf8', shape: [], about: 'name' },
} as const
const items = { rows: 2, data: { item: Int32Array.of(1, 2), id: ['a', 'b'] } }

/** Two shards of train, one of test, no valid, and a table. */
async function writeDataset(folder: string): Promise<Dataset> {
  const shard = async (split: Split, index: number, of: number, from: number, to: number): Promise<Shard> => {
    const name = `${folder}/${shardName(split, index, of)}`
    return { split, ...(await writeParquet(name, everySchema, slice(rows, from, to))) }
  }
  const dataset: Dataset = {
    name: 'toy0.1_grid3',
    track: 'operators',
    version: '1.0.0',
    license: 'CC-BY-4.0',
    about: 'Small exact numbers',
    cite: 'arXiv:2406.04709',
    schema: everySchema,
    shards: [
      await shard('train', 0, 2, 0, 20),
      await shard('train', 1, 2, 20, 40),
      await shard('test', 0, 1, 40, 50),
    ],
    tables: [await writeParquet(`${folder}/items.parquet`, itemSchema, items)],
    params: { generator: 'toy', contrast: null, window: [1, 2], nested: { deep: true } },
    facts: { rows: 50, worstResidual: 3.1e-11 },
  }
  await writeManifest(folder, dataset)
  return dataset
}

describe('manifest', () => {
  const at = temporaryFolder()

  it('names shards as dataset hubs do', () => {
    assert.equal(shardName('train', 0, 2), 'train-00000-of-00002.parquet')
    assert.equal(shardName('valid', 123, 100000, 'arrow'), 'valid-00123-of-100000.arrow')
  })

  it('comes back as it was written', async () => {
    const dataset = await writeDataset(at())
    assert.deepEqual(await readManifest(at()), dataset)
    assert.deepEqual(await checkDataset(at()), [])
  })

  it('gives the rows of a split, its shards joined in order', async () => {
    const dataset = await writeDataset(at())
    assert.deepEqual(await readSplit(at(), dataset, 'train'), slice(rows, 0, 40))
    assert.deepEqual(
      await readSplit(at(), dataset, 'test', ['history', 'x']),
      pick(slice(rows, 40, 50), ['history', 'x']),
    )
    assert.deepEqual(await readTable(at(), dataset, 'items.parquet'), items)
    assert.deepEqual(await readTable(at(), dataset, 'items.parquet', ['id']), pick(items, ['id']))
  })

  it('gives no rows of a split that has none, with the types of the schema', async () => {
    const dataset = await writeDataset(at())
    const none = await readSplit(at(), dataset, 'valid')
    assert.deepEqual(none, slice(rows, 0, 0))
    assert.deepEqual(concat([none, rows]), rows)
  })

  it('names what is not there', async () => {
    const dataset = await writeDataset(at())
    const fails = (promise: Promise<unknown>, message: RegExp) =>
      assert.rejects(promise, { name: 'UserError', message })
    await fails(
      readSplit(at(), dataset, 'test', ['hist']),
      /^toy0\.1_grid3: no column 'hist' .*Did you mean 'history'/,
    )
    await fails(
      readTable(at(), dataset, 'item.parquet'),
      /no table 'item\.parquet' \(it has items\.parquet\)/,
    )
    await fails(readManifest(at('elsewhere')), /elsewhere: no manifest\.json/)
  })

  it('can be checked by sha256sum alone', async () => {
    await writeDataset(at())
    const said = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: at(), encoding: 'utf8' })
    assert.equal(said.match(/: OK$/gm)?.length, 5)
    await appendFile(at('items.parquet'), ' ')
    assert.throws(() => execFileSync('sha256sum', ['-c', '--status', 'SHA256SUMS'], { cwd: at() }))
  })

  it('is not written when it breaks its format', async () => {
    const dataset = await writeDataset(at())
    const breaks = (change: object, message: RegExp) =>
      assert.rejects(writeManifest(at('new'), { ...dataset, ...change }), { name: 'Error', message })
    await breaks({ facts: { worst: Number.NaN } }, /facts\.worst/)
    await breaks({ version: '1' }, /not a version/)
    await breaks({ shards: [dataset.shards[0]!, dataset.shards[0]!] }, /two files have the same path/)
    await assert.rejects(readManifest(at('new')), /no manifest\.json/)
  })
})

describe('manifest: damage', () => {
  const at = temporaryFolder()
  const [first, second] = [shardName('train', 0, 2), shardName('train', 1, 2)]

  /** What checkDataset and a reader of all train rows say of the folder after some harm. */
  async function harmed(
    harm: () => Promise<unknown>,
  ): Promise<{ problems: readonly string[]; read: string }> {
    const dataset = await writeDataset(at())
    await harm()
    const read = await readSplit(at(), dataset, 'train').then(
      () => 'read',
      (error: Error) => `${error.name}: ${error.message}`,
    )
    return { problems: await checkDataset(at()), read }
  }
  const flip = async (name: string, byte: number) => {
    const bytes = await readFile(at(name))
    bytes[byte]! ^= 0x10
    await writeFile(at(name), bytes)
  }

  it('a flipped bit is refused, its file and place named', async () => {
    const { problems, read } = await harmed(() => flip(second, 100))
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, new RegExp(`^${second}: sha256 of row group 0 is`))
    assert.match(read, new RegExp(`^UserError: ${second}: sha256 of row group 0 is`))
  })

  it('a truncated shard is refused', async () => {
    const { problems, read } = await harmed(() => truncate(at(first), 200))
    assert.match(problems[0]!, new RegExp(`^${first}: has 200 bytes, the manifest says \\d+`))
    assert.match(read, new RegExp(`^UserError: ${first}: has 200 bytes`))
  })

  it('two shards exchanged are both refused', async () => {
    const { problems, read } = await harmed(async () => {
      await rename(at(first), at('held'))
      await rename(at(second), at(first))
      await rename(at('held'), at(second))
    })
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      [first, second],
    )
    assert.match(read, new RegExp(`^UserError: ${first}: `))
  })

  it('a missing shard is refused', async () => {
    const { problems, read } = await harmed(() => rm(at(second)))
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, new RegExp(`^${second}: missing from `))
    assert.match(read, new RegExp(`^UserError: ${second}: no such file`))
  })

  it('a shard that the manifest does not list is reported, and not read', async () => {
    const { problems, read } = await harmed(() => copyFile(at(first), at(shardName('train', 2, 3))))
    assert.deepEqual(problems, [`${shardName('train', 2, 3)}: is in ${at()}, but not in its manifest`])
    assert.equal(read, 'read')
  })

  it('a shard of another version in the place of one is refused', async () => {
    const { problems } = await harmed(() => writeParquet(at(second), everySchema, slice(rows, 21, 41)))
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, new RegExp(`^${second}: `))
  })

  it('of n files exactly the k bad ones are reported', async () => {
    const { problems } = await harmed(async () => {
      await flip(first, 4)
      await flip('items.parquet', 4)
      await writeFile(at('SHA256SUMS'), '')
    })
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      [first, 'items.parquet', 'SHA256SUMS'],
    )
  })

  it('any change of the manifest itself is noticed', async () => {
    await writeDataset(at())
    const text = await readFile(at('manifest.json'))
    for (let i = 0; i < 300; i++) {
      const byte = Math.floor((text.length * i) / 300)
      const changed = Buffer.from(text)
      changed[byte]! ^= 1 // stays ASCII
      await writeFile(at('manifest.json'), changed)
      assert.notDeepEqual(await checkDataset(at()), [], `byte ${byte}`)
    }
  })
})

describe('manifest: hostile', () => {
  const at = temporaryFolder()

  /** The message of reading a manifest in which one thing was changed. */
  async function refusal(
    change: (manifest: Record<string, unknown> & { shards: Table[] }) => void,
  ): Promise<string> {
    const dataset = structuredClone(await writeDataset(at())) as never
    change(dataset)
    await writeFile(at('manifest.json'), JSON.stringify(dataset))
    return readManifest(at()).then(
      () => 'accepted',
      (error: Error) => `${error.name} ${error.message}`,
    )
  }

  const paths = [
    '../evil.parquet',
    'a/../../evil.parquet',
    '/etc/passwd',
    'C:\\evil',
    'a//b',
    '',
    '.',
    '..',
    'a\0b',
    'CON:',
    'Ä.parquet',
    'A.parquet',
    `${'a'.repeat(300)}`,
  ]
  for (const path of paths) {
    it(`a shard called ${JSON.stringify(path.slice(0, 24))} is refused`, async () => {
      assert.match(
        await refusal(({ shards }) => (shards[0]!.path = path)),
        /^UserError .*manifest\.json: shards\.0\.path: /,
      )
    })
  }

  it('unknown keys, other types and negative numbers are refused by name', async () => {
    assert.match(await refusal((m) => (m.extra = 1)), /UserError .*extra/)
    assert.match(await refusal((m) => (m.shards[0]!.rows = -1)), /shards\.0\.rows/)
    assert.match(await refusal((m) => (m.shards[0]!.sha256 = 'ABC')), /shards\.0\.sha256: not a SHA-256/)
    assert.match(
      await refusal((m) => (m.schema = { k: { type: 'f16', shape: [], about: '' } })),
      /schema\.k\.type/,
    )
    assert.match(
      await refusal((m) => (m.schema = { k: { type: 'f32', shape: ['*'], about: '' } })),
      /list of i32/,
    )
    assert.match(await refusal((m) => delete m.license), /license/)
  })

  it('keys that reach a prototype are refused, and no prototype is changed', async () => {
    await writeDataset(at())
    const text = await readFile(at('manifest.json'), 'utf8')
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      await writeFile(at('manifest.json'), text.replace('"deep"', `"${key}"`))
      await assert.rejects(readManifest(at()), {
        name: 'UserError',
        message: new RegExp(`key '${key}' is not allowed`),
      })
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    await writeFile(at('manifest.json'), '{ "name": ')
    await assert.rejects(readManifest(at()), {
      name: 'UserError',
      message: /manifest\.json is not valid JSON/,
    })
  })
})
