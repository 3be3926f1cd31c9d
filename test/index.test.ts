import assert from 'node:assert/strict'
import * as library from '../index.ts'

describe('the library', () => {
  it('offers what its contents say, and functions alone', () => {
    const offered = Object.entries(library)
    for (const [name, value] of offered) assert.equal(typeof value, 'function', name)
    const names = offered.map(([name]) => name)
    for (const name of ['readManifest', 'readSplit', 'readTable', 'checkDataset', 'readParquet', 'UserError'])
      assert.ok(names.includes(name), name)
  })
})
