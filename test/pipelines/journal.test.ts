import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal, readJournal } from '../../pipelines/journal.ts'

describe('pipelines/journal', () => {
  let root: string
  let file: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fieldrank-journal-'))
    file = join(root, 'deep', 'solve@a.jsonl')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const filled = async (...shards: string[]) => {
    const journal = await openJournal(file, 'key')
    for (const [i, shard] of shards.entries()) await journal.record(shard, { rows: i })
    await journal.close()
  }
  const shards = async (key = 'key') => {
    const journal = await openJournal(file, key)
    await journal.close()
    return [...journal.receipts.keys()]
  }

  it('remembers what was recorded, on the disk before record() resolves', async () => {
    const journal = await openJournal(file, 'key')
    assert.equal(journal.done('a'), undefined)
    await journal.record('a', { rows: 3 })
    assert.equal(readFileSync(file, 'utf8'), '{"key":"key"}\n{"shard":"a","receipt":{"rows":3}}\n')
    assert.deepEqual(journal.done('a'), { rows: 3 })
    await journal.close()
    const again = await openJournal(file, 'key')
    assert.deepEqual(again.done('a'), { rows: 3 })
    await again.record('b', null)
    await again.close()
    assert.deepEqual(await shards(), ['a', 'b'])
  })

  it('keeps the order of records made at once', async () => {
    const journal = await openJournal(file, 'key')
    await Promise.all(Array.from({ length: 40 }, (_, i) => journal.record(`s${i}`, i)))
    await journal.close()
    assert.deepEqual(
      await shards(),
      Array.from({ length: 40 }, (_, i) => `s${i}`),
    )
  })

  it('survives being cut at any byte: whole lines stay, the torn one goes, appending goes on', async () => {
    await filled('a', 'b')
    const text = readFileSync(file)
    const ends = [...text.keys()].filter((i) => text[i] === 10) // of the key, a and b
    for (let length = 0; length <= text.length; length++) {
      writeFileSync(file, text.subarray(0, length))
      const lines = ends.filter((end) => end < length).length
      const kept = ['a', 'b'].slice(0, Math.max(0, lines - 1))
      assert.deepEqual(await shards(), kept)
      await filled('c')
      assert.deepEqual(await shards(), [...kept, 'c'])
    }
  })

  it('stops at the first damaged line', async () => {
    await filled('a')
    appendFileSync(file, '{"shard":"b"\0\0\n{"shard":"c","receipt":1}\n')
    assert.deepEqual(await shards(), ['a'])
    writeFileSync(file, '\0\0\0\n')
    assert.equal(await readJournal(file), null)
    assert.deepEqual(await shards(), [])
  })

  it('is bound to the key of the stage', async () => {
    await filled('a')
    assert.deepEqual(await shards('other'), [])
    assert.deepEqual(await shards('key'), []) // dropped for good
  })
})
