import assert from 'node:assert/strict'
import { sources } from '../../../generators/interactions/sources.ts'
import { namesIn } from '../../../io/lookup.ts'

describe('generators/interactions/sources', () => {
  it('has plain names that no generator has, and a file of its own for each', () => {
    const names = Object.keys(sources)
    for (const name of names) assert.match(name, /^[a-z0-9-]+$/)
    assert.deepEqual(
      names.filter((name) => namesIn('generators').includes(name)),
      [],
    )
    const files = Object.values(sources).map(({ file }) => file)
    assert.equal(new Set(files).size, names.length)
    for (const file of files) assert.match(file, /^[a-z0-9._-]+$/)
  })

  it('says of each where it is, under which license, and what it holds', () => {
    for (const [name, { url, license, about, sha256, form, counts }] of Object.entries(sources)) {
      assert.equal(new URL(url).protocol, 'https:', name)
      assert.ok(license.length > 5 && about.length > 5, name)
      assert.ok(sha256 === null || /^[0-9a-f]{64}$/.test(sha256), name)
      if (form !== null)
        assert.ok(
          [form.user, form.item, form.time ?? 0].every((at) => at < form.width),
          name,
        )
      for (const count of Object.values(counts))
        assert.ok(count === null || Number.isSafeInteger(count), name)
    }
  })
})
