import assert from 'node:assert/strict'
import puresvd from '../../../baselines/recommenders/puresvd.ts'
import { symmetricEigen } from '../../../math/dense.ts'
import { binary, scoresOf, tastes } from '../asked.ts'

const close = (found: readonly number[], right: readonly number[], within: number) => {
  assert.equal(found.length, right.length)
  found.forEach((value, j) => {
    assert.ok(Math.abs(value - right[j]!) < within, `item ${j + 1}: ${value}, expected ${right[j]}`)
  })
}

describe('baseline puresvd', () => {
  it('one factor of two users who took the same: their shared direction', () => {
    // X = [1 1 0; 1 1 0], V = (1, 1, 0)/√2, so a history {1} scores (½, ½, 0)
    const log = {
      items: 3,
      sequences: [
        [1, 2],
        [2, 1, 1],
      ],
    }
    close(scoresOf(puresvd, log, [1], { factors: 1 }), [0.5, 0.5, 0], 1e-12)
    close(scoresOf(puresvd, log, [3], { factors: 1 }), [0, 0, 0], 1e-12)
  })

  it('with as many factors as the rank it projects on the row space: a training history comes back', () => {
    const log = tastes(3, { users: 10, items: 24 })
    for (const [u, row] of binary(log).entries())
      close(scoresOf(puresvd, log, log.sequences[u]!, { factors: 24 }), row, 1e-9)
  })

  it('is x V Vᵀ of the eigenvectors of XᵀX (seed 6)', () => {
    const log = tastes(6)
    const x = binary(log)
    const n = log.items
    const gram = Float64Array.from({ length: n * n }, (_, at) =>
      x.reduce((total, row) => total + row[Math.floor(at / n)]! * row[at % n]!, 0),
    )
    const { vectors } = symmetricEigen(gram, n)
    const factors = 3 // the groups; the next singular value is well below, so six iterations leave 1e-6
    const history = [1, 4, 7, 20, 20]
    const at = (i: number, f: number) => vectors[i * n + f]!
    const folded = [0, 1, 2].map((f) => [1, 4, 7, 20].reduce((total, item) => total + at(item - 1, f), 0))
    const right = Array.from({ length: n }, (_, j) =>
      folded.reduce((total, value, f) => total + value * at(j, f), 0),
    )
    close(scoresOf(puresvd, log, history, { factors, oversample: 8 }), right, 1e-5)
  })

  it('takes what is degenerate: no users, one item, more factors than items', () => {
    close(scoresOf(puresvd, { items: 2, sequences: [] }, [1]), [0, 0], 1e-15)
    close(scoresOf(puresvd, { items: 1, sequences: [[1], [1]] }, [1]), [1], 1e-12)
    const alike = { items: 3, sequences: [[1], [1], [1], [1]] } // rank 1: other directions are not made up
    close(scoresOf(puresvd, alike, [2]), [0, 0, 0], 1e-12)
  })
})
