import assert from 'node:assert/strict'
import verb from '../../cli/regenerate.ts'

describe('fieldrank regenerate', () => {
  it('says of which file it knows no dataset', async () => {
    await assert.rejects(verb.run(['/nope.parquet'], {}), {
      name: 'UserError',
      message: 'regenerate: /nope.parquet: no manifest.json beside it',
    })
  })
})
