import assert from 'node:assert/strict'
import { openSlots } from '../../benchmarks/slots.ts'

describe('benchmarks/slots', () => {
  const ids = (...of: number[]) => Int32Array.from(of)

  it('gives places in the order of coming, and names them', () => {
    const slots = openSlots(10, 5)
    slots.addItems(ids(0, 4, 9, 4, 0)) // items 4 and 9 are rows 3 and 8
    slots.add(ids(8, 2))
    assert.equal(slots.count, 3)
    assert.deepEqual([...slots.rows.subarray(0, 3)], [3, 8, 2])
    assert.deepEqual([...slots.itemsOf(ids(0, 9, 4, 3))], [0, 2, 1, 3])
    assert.deepEqual([...slots.placesOf(ids(2, 3))], [2, 0])
  })

  it('fills what is left with rows that are not there, each once', () => {
    const slots = openSlots(6, 6)
    slots.add(ids(1, 4))
    slots.fill()
    assert.deepEqual([...slots.rows], [1, 4, 0, 2, 3, 5])
  })

  it('forgets all when it is cleared', () => {
    const slots = openSlots(4, 2)
    slots.add(ids(3, 2))
    slots.clear()
    slots.add(ids(1, 3))
    assert.deepEqual([...slots.rows], [1, 3])
    assert.deepEqual([...slots.placesOf(ids(3))], [1])
  })

  it('refuses more rows than there are places', () => {
    const slots = openSlots(4, 1)
    slots.add(ids(3))
    assert.throws(() => slots.add(ids(3, 0)), /more than 1 rows/)
  })
})
