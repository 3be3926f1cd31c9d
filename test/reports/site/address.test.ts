import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  boardId,
  datasetPage,
  methodPage,
  methodSlug,
  rootFrom,
  slug,
  slugs,
} from '../../../reports/site/address.ts'

describe('reports/site/address', () => {
  it('keeps plain names as they are', () => {
    assert.equal(slug('relative-l2'), 'relative-l2')
    assert.equal(slugs('cubic0.1_grid32'), 'cubic0.1_grid32')
    assert.equal(
      methodPage('operators', { model: 'fno', loss: 'relative-l2' }),
      'methods/operators/fno--relative-l2.html',
    )
    assert.equal(datasetPage('operators', 'cubic0.1_grid32'), 'datasets/operators/cubic0.1_grid32.html')
    assert.equal(boardId('operators', 'cubic0.1_grid32'), 'operators-cubic0.1_grid32')
    assert.equal(rootFrom('methods/operators/a.html'), '../../')
    assert.equal(rootFrom('index.html'), '')
  })

  it('makes a file name of any text, never one that leaves its folder, and another one of another text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '../..', 'CON', 'a/b', '', '.', 'ü', '\u202E'),
    )
    fc.assert(
      fc.property(text, text, (a, b) => {
        assert.match(slug(a), /^[a-z0-9][a-z0-9.-]*$/)
        assert.ok(slug(a).length <= 100 && !slug(a).includes('--'))
        assert.equal(slug(a) === slug(b), a === b)
      }),
    )
  })

  it('does not take one pair of names for another', () => {
    assert.notEqual(methodSlug({ model: 'a', loss: 'b_c' }), methodSlug({ model: 'a_b', loss: 'c' }))
    assert.notEqual(methodSlug({ model: 'a-', loss: 'b' }), methodSlug({ model: 'a', loss: '-b' }))
  })
})
