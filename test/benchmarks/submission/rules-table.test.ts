import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { elsewhere, namesInPassing, ruleFiles, rulesOf, rulesTable, withRules } from './rules-table.ts'

describe('docs/submit.md: the rules by name', () => {
  it('are current: `npm run docs:submission-rules` writes them', async () => {
    const page = readFileSync(new URL('../../../docs/submit.md', import.meta.url), 'utf8')
    assert.equal(page, withRules(page, await rulesTable()))
  })

  it('are all that the code refuses by, each once', async () => {
    assert.deepEqual(elsewhere.map(({ id }) => id).sort(), namesInPassing())
    const listed = (await Promise.all(ruleFiles().map(rulesOf))).flat().map(({ id }) => id)
    assert.ok(listed.length > 80, `${listed.length}`)
    const all = [...listed, ...elsewhere.map(({ id }) => id)]
    assert.equal(new Set(all).size, all.length)
    const table = await rulesTable()
    for (const id of all) assert.equal(table.split(`\`${id}\``).length, 2, id)
  })
})
