/** Writes submissions/schema.json from the form of an entry. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entrySchema } from '../../../benchmarks/submission/entry.ts'

writeFileSync(join(import.meta.dirname, '../../../submissions/schema.json'), entrySchema())
