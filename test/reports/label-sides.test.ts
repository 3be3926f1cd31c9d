import assert from 'node:assert/strict'
import { sidesOf } from '../../reports/label-sides.ts'

describe('reports/label-sides', () => {
  const at = (x: number, y: number, width = 50) => ({ x, y, width })

  it('right of a point alone', () => {
    assert.deepEqual(sidesOf([]), [])
    assert.deepEqual(sidesOf([at(10, 10)]), ['right'])
    assert.deepEqual(sidesOf([at(10, 10), at(10, 40), at(90, 11)]), ['right', 'right', 'right'])
  })

  it('left where a point or a name is in the way on the right, and nothing on the left', () => {
    assert.deepEqual(sidesOf([at(100, 10), at(130, 12)]), ['left', 'right']) // 107 to 157 has the point at 130
    assert.deepEqual(sidesOf([at(100, 10), at(130, 30)]), ['right', 'right']) // a line below
    // a point is left of a name that stands above: its own name would touch that
    assert.deepEqual(sidesOf([at(130, 4), at(100, 13)]), ['right', 'left'])
  })

  it('right where both are taken', () => {
    assert.deepEqual(sidesOf([at(100, 10), at(130, 10), at(70, 10)]), ['right', 'right', 'left'])
  })
})
