/** `npm run docs:submission-rules`: writes the rules into docs/submit.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { rulesTable, withRules } from './rules-table.ts'

const page = new URL('../../../docs/submit.md', import.meta.url)
writeFileSync(page, withRules(readFileSync(page, 'utf8'), await rulesTable()))
