/**
 * absent.json, in place of run.json: a method that has nothing to say on this dataset, and why. It has no scores and no row in
 * the table, and is no error.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { exists, writeDurable } from '../io/files.ts'
import { pretty } from '../io/json.ts'

const NAME = 'absent.json'
const format = z.strictObject({ model: z.string(), because: z.string() })
export type Absent = z.infer<typeof format>

export async function writeAbsent(folder: string, absent: Absent): Promise<void> {
  await writeDurable(join(folder, NAME), pretty(absent))
}

/** null where the folder is that of a run. */
export async function readAbsent(folder: string): Promise<Absent | null> {
  const path = join(folder, NAME)
  return (await exists(path)) ? format.parse(JSON.parse(await readFile(path, 'utf8'))) : null
}
