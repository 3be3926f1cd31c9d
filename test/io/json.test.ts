import assert from 'node:assert/strict'
import type { Json } from '../../contracts.ts'
import { canonical, hashJson, pretty } from '../../io/json.ts'

describe('json', () => {
  it('has one spelling per value', () => {
    assert.equal(
      canonical({ b: [1, 1.5e-7, -0], a: { z: null, y: true } }),
      '{"a":{"y":true,"z":null},"b":[1,1.5e-7,0]}',
    )
    assert.equal(canonical({ a: 1, b: 2 }), canonical({ b: 2, a: 1 }))
    assert.notEqual(canonical([1, 2]), canonical([2, 1]))
    assert.equal(canonical('ü"\n'), '"ü\\"\\n"')
  })

  it('is read back as the same value', () => {
    const value = { x: [0.1, 1e300, 5e-324, 2 ** 53 - 1], s: '\ud800', deep: [[[]], {}], '10': 1, '9': 2 }
    assert.deepEqual(JSON.parse(canonical(value)), value)
  })

  it('leaves out keys without a value and refuses what JSON cannot hold', () => {
    assert.equal(canonical({ a: undefined as unknown as Json, b: 1 }), '{"b":1}')
    for (const value of [Number.NaN, Infinity, undefined, [undefined], { a: -Infinity }, 1n])
      assert.throws(() => canonical(value as unknown as Json))
  })

  it('hashes the canonical form: SHA-256 of {}', () => {
    assert.equal(hashJson({}), '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
  })

  it('prints for people with a newline at the end', () => {
    assert.equal(pretty({ b: 1, a: [] }), '{\n  "b": 1,\n  "a": []\n}\n')
  })
})
