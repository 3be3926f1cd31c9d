/**
 * How an out becomes whole. A stage writes into .partial/<out>; then, in this order:
 *   1. every file and folder of it is flushed and hashed,
 *   2. the journal says `whole`, with the entry for the lock,
 *   3. an old out steps aside into .replaced, the partial one is renamed to its place, the old one is deleted,
 *   4. the lock is written, 5. the journal is deleted.
 * A kill before 2 leaves finished shards to resume from; a kill after 2 is finished by recover() without any work.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Stage } from '../contracts.ts'
import { exists, listFiles, renameDurable, syncFile, syncFolder } from '../io/files.ts'
import type { Hashes } from './hashes.ts'
import { type OpenJournal, openJournal, readJournal } from './journal.ts'
import { journalFile, journalFolder, partialOf, replacedOf } from './layout.ts'
import type { Lock, Made } from './lock.ts'

/** Opens the journal and makes the partial folders ready: resumed under the same key, empty otherwise. */
export async function prepare(root: string, stage: Stage, key: string): Promise<OpenJournal> {
  const journal = await openJournal(journalFile(root, stage.id), key)
  try {
    for (const out of stage.outs) await clean(partialOf(root, out), journal.receipts.size > 0)
    return journal
  } catch (error) {
    await journal.close()
    throw error
  }
}

/** Without a receipt nothing in a partial folder can be trusted; with one, only what a killed write left is swept out. */
async function clean(partial: string, isResumed: boolean): Promise<void> {
  if (!isResumed) await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  for (const file of await listFiles(partial)) if (file.endsWith('.tmp')) await rm(join(partial, file))
}

/** Flushes the partial outs and hashes them. An empty one is a bug of the stage. */
export async function seal(root: string, stage: Stage, hashes: Hashes): Promise<Record<string, string>> {
  const outs: Record<string, string> = {}
  for (const out of stage.outs) {
    const partial = partialOf(root, out)
    const files = await listFiles(partial)
    if (files.length === 0) throw new Error(`stage '${stage.id}' wrote nothing to its out '${out}'`)
    await syncTree(partial)
    outs[out] = (await hashes.of(partial, join(root, out)))!
  }
  return outs
}

/** Renames the partial outs to their places. Safe to repeat. */
export async function place(root: string, outs: readonly string[]): Promise<void> {
  for (const out of outs) {
    const [partial, final, old] = [partialOf(root, out), join(root, out), replacedOf(root, out)]
    if (!(await exists(partial))) continue
    await rm(old, { recursive: true, force: true })
    if (await exists(final)) {
      await mkdir(dirname(old), { recursive: true })
      await rename(final, old)
    }
    await renameDurable(partial, final)
    await rm(old, { recursive: true, force: true })
  }
}

/** The end of a stage: journal, places, lock. */
export async function finish(root: string, id: string, made: Made, journal: OpenJournal, lock: Lock) {
  await journal.whole(made)
  await place(root, Object.keys(made.outs))
  await lock.put(id, made)
  await journal.close()
  await rm(journalFile(root, id), { force: true })
}

/** Finishes stages that were killed between the journal's `whole` and the lock. Returns their ids. */
export async function recover(root: string, lock: Lock, hashes: Hashes): Promise<string[]> {
  const finished: string[] = []
  const files = await readdir(journalFolder(root)).catch(() => [])
  for (const file of files.sort()) {
    const id = file.replace(/\.jsonl$/, '')
    const made = (await readJournal(journalFile(root, id)))?.whole
    if (!made || !(await areWhole(root, made, hashes))) continue
    await place(root, Object.keys(made.outs))
    await lock.put(id, made)
    await rm(journalFile(root, id), { force: true })
    finished.push(id)
  }
  return finished
}

async function areWhole(root: string, made: Made, hashes: Hashes): Promise<boolean> {
  for (const [out, hash] of Object.entries(made.outs)) {
    const partial = partialOf(root, out)
    const found = await hashes.of((await exists(partial)) ? partial : join(root, out), join(root, out))
    if (found !== hash) return false
  }
  return true
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncTree(path)
    else if (entry.isFile()) await syncFile(path)
  }
  if ((await stat(folder)).isDirectory()) await syncFolder(folder)
}
