import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import verb from '../../cli/site.ts'
import { UserError } from '../../io/errors.ts'

describe('fieldrank site', () => {
  const options = { profile: 'smoke', data: 'data', out: 'site', limit: '200' }

  it('says what a limit may be', async () => {
    for (const limit of ['-1', 'much', 'NaN'])
      await assert.rejects(verb.run([], { ...options, limit }), {
        name: 'UserError',
        message: `--limit: must be a number, 0 or more (got ${limit})`,
      })
  })

  it('says how to make a board where there is none', async () => {
    const data = await mkdtemp(join(tmpdir(), 'site-verb-'))
    try {
      const out = join(data, 'site')
      await assert.rejects(verb.run([], { ...options, data, out }), (error: Error) => {
        return (
          error instanceof UserError &&
          /fieldrank run leaderboard --profile smoke makes it$/.test(error.message)
        )
      })
      await assert.rejects(verb.run([], { ...options, data, out, profile: 'nope' }), {
        name: 'UserError',
        message: "unknown profile 'nope' in pipeline.yaml (tiny, smoke, small, extended, full).",
      })
    } finally {
      await rm(data, { recursive: true })
    }
  })
})
