import assert from 'node:assert/strict'
import itemknn from '../../../baselines/recommenders/itemknn.ts'
import { binary, scoresOf, tastes } from '../asked.ts'

/** Users {1,2}, {1,2,3}, {3}: |U| = 2, 2, 2, 0; together 12: 2, 13: 1, 23: 1. */
const small = {
  items: 4,
  sequences: [
    [1, 2, 1],
    [3, 1, 2],
    [3, 3],
  ],
}

describe('baseline itemknn', () => {
  it('is the cosine of who took what, summed over the history', () => {
    assert.deepEqual(scoresOf(itemknn, small, [1], { shrink: 0 }).map(round), [0, 1, 0.5, 0]) // 2/2, 1/2
    assert.deepEqual(scoresOf(itemknn, small, [3, 1, 1], { shrink: 0 }).map(round), [0.5, 1.5, 0.5, 0]) // each once
  })

  it('shrinks similarities that few users vouch for', () => {
    assert.deepEqual(scoresOf(itemknn, small, [1], { shrink: 2 }).map(round), [0, 0.5, 0.25, 0])
  })

  it('keeps the k most similar items of each item, the smaller one of equals', () => {
    // item 3 is as near to 1 as to 2 and keeps 1; 1 and 2 keep each other
    assert.deepEqual(scoresOf(itemknn, small, [2], { shrink: 0, neighbors: 1 }).map(round), [1, 0, 0, 0])
    assert.deepEqual(scoresOf(itemknn, small, [1], { shrink: 0, neighbors: 1 }).map(round), [0, 1, 0.5, 0])
  })

  it('scores nothing after nothing, and after an item that nobody took', () => {
    assert.deepEqual(scoresOf(itemknn, small, []), [0, 0, 0, 0])
    assert.deepEqual(scoresOf(itemknn, small, [4]), [0, 0, 0, 0])
    assert.deepEqual(scoresOf(itemknn, { items: 2, sequences: [] }, [1]), [0, 0])
  })

  it('is the dense formula on random tastes (seed 5)', () => {
    const log = tastes(5)
    const x = binary(log)
    const dot = (i: number, j: number) => x.reduce((total, row) => total + row[i]! * row[j]!, 0)
    const s = (i: number, j: number) => dot(i, j) / (Math.sqrt(dot(i, i)) * Math.sqrt(dot(j, j)) + 3)
    const all = Array.from({ length: log.items }, (_, i) => i)
    const kept = (j: number) =>
      all
        .filter((i) => i !== j && dot(i, j) > 0)
        .sort((a, b) => s(b, j) - s(a, j) || a - b)
        .slice(0, 5)
    const history = [2, 5, 6, 11]
    const right = all.map((j) =>
      history.filter((item) => kept(j).includes(item - 1)).reduce((total, item) => total + s(item - 1, j), 0),
    )
    const found = scoresOf(itemknn, log, history, { neighbors: 5, shrink: 3 })
    for (const j of all) assert.ok(Math.abs(found[j]! - right[j]!) < 1e-15, `item ${j + 1}`)
  })
})

function round(value: number): number {
  return Math.round(value * 1e12) / 1e12
}
