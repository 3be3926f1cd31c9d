import assert from 'node:assert/strict'
import { editDistance, suggest, UserError } from '../../io/errors.ts'

describe('errors', () => {
  it('edit distance counts insertions, deletions, changes and swaps of neighbors', () => {
    const pairs: [string, string, number][] = [
      ['', '', 0],
      ['', 'abc', 3],
      ['kitten', 'sitting', 3], // k→s, e→i, +g
      ['unett', 'unet', 1],
      ['ab', 'ba', 1], // neighbors swapped
      ['gird', 'grid', 1],
      ['ca', 'abc', 3], // a swapped pair is not edited again
    ]
    for (const [a, b, distance] of pairs) {
      assert.equal(editDistance(a, b), distance)
      assert.equal(editDistance(b, a), distance)
    }
  })

  it('suggests what is close and is silent where nothing is', () => {
    const models = ['dilresnet', 'ffno', 'fno', 'sno', 'unet']
    assert.equal(suggest('unett', models), " Did you mean 'unet'?")
    assert.equal(suggest('dilrasnet', models), " Did you mean 'dilresnet'?")
    assert.equal(suggest('resnet', models), " Did you mean 'dilresnet'?") // a part of it
    assert.equal(suggest('transformer', models), '')
    assert.equal(suggest('fno', []), '')
  })

  it('is told from a bug by its name', () => {
    const error = new UserError('model x: no')
    assert.ok(error instanceof Error)
    assert.equal(String(error), 'UserError: model x: no')
  })
})
