import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import verify from '../../cli/verify.ts'
import type { Params } from '../../contracts.ts'
import { printed } from './printed.ts'

describe('fieldrank verify, asked wrongly', () => {
  let data = ''
  const run = (folders: string[], more: Params = {}) =>
    printed(() => verify.run(folders, { profile: 'toy', data, rows: '6', ...more }))

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'fieldrank-verify-'))
    await mkdir(join(data, 'toy'))
  })
  after(() => rm(data, { recursive: true, force: true }))

  it('refuses what it cannot do with a sentence', async () => {
    await assert.rejects(run([], { profile: 'none' }), {
      name: 'UserError',
      message: /^unknown profile 'none' in pipeline\.yaml \(tiny, /,
    })
    await assert.rejects(run([], { profile: 'tiny' }), {
      name: 'UserError',
      message:
        /^verify: no datasets in \S+tiny\/datasets\. fieldrank run --profile tiny makes them, or name a folder$/,
    })
    await assert.rejects(run([join(data, 'nowhere')]), {
      name: 'UserError',
      message: /^verify: no such folder \(\S+nowhere\)$/,
    })
    await assert.rejects(run([], { rows: 'three' }), {
      name: 'UserError',
      message: /^--rows: must be a whole number/,
    })
    for (const given of [join(data, 'toy'), 'README.md'])
      await assert.rejects(run([given]), {
        name: 'UserError',
        message: `verify: ${given} is not a dataset (no manifest.json)`,
      })
  })
})
