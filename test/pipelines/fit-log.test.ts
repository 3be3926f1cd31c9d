import assert from 'node:assert/strict'
import zipf from '../../generators/zipf.ts'
import { REFERENCES, referenceBytes } from '../../pipelines/fit-log.ts'

describe('pipelines/fit-log', () => {
  it('compares bytes of every path of the generator: what the defaults turn off is on in one reference', async () => {
    const all = { ...zipf.defaults, ...REFERENCES.at(-1)!.settings }
    for (const name of ['anchor', 'repeats', 'drift', 'window'] as const) {
      assert.equal(zipf.defaults[name], 0)
      assert.ok(all[name] > 0, name)
    }
    assert.notEqual(REFERENCES[0]!.sha256, REFERENCES[1]!.sha256)
    const { found, expected } = await referenceBytes(new AbortController().signal)
    assert.equal(found, expected)
    assert.equal(expected, REFERENCES.at(-1)!.sha256) // of the last, after all before it were right
  })
})
