/**
 * .journal/<stage>.jsonl: what a killed stage resumes from. One JSON line per finished shard, on the disk before
 * record() resolves. The first line binds the file to the key of the stage: after a change of code, params or inputs
 * the receipts are worth nothing. A torn last line is cut off: its shard is made again.
 *   {"key":"5f0c…"}
 *   {"shard":"train-00000-of-00010","receipt":{…}}
 *   {"whole":{…}}          the entry for the lock; only the renames and the lock were left to do
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Journal, Json } from '../contracts.ts'
import { syncFolder } from '../io/files.ts'
import type { Made } from './lock.ts'

export interface OpenJournal extends Journal {
  receipts: ReadonlyMap<string, Json>
  /** The work is done and checked; `made` is what the lock will say. */
  whole(made: Made): Promise<void>
  close(): Promise<void>
}

/** What a journal file says; null where there is none that can be trusted. */
export interface Found {
  key: string
  receipts: Map<string, Json>
  whole: Made | null
  bytes: number // up to the end of the last good line
}

export async function readJournal(file: string): Promise<Found | null> {
  const text = await readFile(file).catch(() => null)
  if (text === null) return null
  let found: Found | null = null
  for (let from = 0, to: number; (to = text.indexOf(10, from)) >= 0; from = to + 1) {
    const line = parseLine(text.subarray(from, to).toString('utf8'))
    if (line === null) break
    if (found === null) {
      if (typeof line.key !== 'string') return null
      found = { key: line.key, receipts: new Map(), whole: null, bytes: 0 }
    } else if (typeof line.shard === 'string') found.receipts.set(line.shard, line.receipt ?? null)
    else if (line.whole !== undefined) found.whole = line.whole
    found.bytes = to + 1
  }
  return found
}

/** Opens the journal of a stage for appending. Another key, or none, starts it anew. */
export async function openJournal(file: string, key: string): Promise<OpenJournal> {
  await mkdir(dirname(file), { recursive: true })
  const found = await readJournal(file)
  const old = found?.key === key ? found : null
  if (old === null) await rm(file, { force: true })
  const handle = await open(file, 'a')
  try {
    if (old !== null) await handle.truncate(old.bytes)
    else {
      await handle.appendFile(`${JSON.stringify({ key })}\n`)
      await handle.sync()
      await syncFolder(dirname(file))
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  const receipts = old?.receipts ?? new Map<string, Json>()
  let last = Promise.resolve()
  const append = (line: object) => {
    last = last.then(async () => {
      await handle.appendFile(`${JSON.stringify(line)}\n`)
      await handle.datasync()
    })
    return last
  }
  return {
    receipts,
    done: (shard) => receipts.get(shard),
    async record(shard, receipt) {
      await append({ shard, receipt })
      receipts.set(shard, receipt)
    },
    whole: (made) => append({ whole: made }),
    close: () => last.catch(() => {}).then(() => handle.close()),
  }
}

interface Line {
  key?: string
  shard?: string
  receipt?: Json
  whole?: Made
}

function parseLine(text: string): Line | null {
  try {
    const line: unknown = JSON.parse(text)
    return line !== null && typeof line === 'object' ? (line as Line) : null
  } catch {
    return null
  }
}
