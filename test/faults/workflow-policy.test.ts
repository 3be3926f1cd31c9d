import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { breaches, mutations } from './workflow-policy.ts'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/submissions-workflow.yml'), 'utf8')

describe('docs/submissions-workflow.yml', () => {
  it('keeps the policy', () => assert.deepEqual(breaches(text), []))

  for (const [what, change] of mutations) {
    it(`would be found out with ${what}`, () => {
      const changed = change(text)
      assert.notEqual(changed, text)
      assert.notDeepEqual(breaches(changed), [])
    })
  }

  it('is what our own workflows keep too, as far as it is about them: actions by 40 digits', () => {
    const folder = join(root, '.github/workflows')
    const files = existsSync(folder) ? readdirSync(folder) : []
    const loose = files.flatMap((file) => {
      const { jobs } = parse(readFileSync(join(folder, file), 'utf8')) as {
        jobs: Record<string, { steps: { uses?: string }[] }>
      }
      const uses = Object.values(jobs).flatMap(({ steps }) => steps.flatMap((step) => step.uses ?? []))
      return uses.filter((use) => !/@[0-9a-f]{40}$/.test(use)).map((use) => `${file}: ${use}`)
    })
    assert.deepEqual(loose, [])
  })
})
