import assert from 'node:assert/strict'
import dcdm from '../../../models/preconditioners/dcdm.ts'
import type { HostTensor } from '../../../tensor/index.ts'
import { predict, type System, shakenWeights, systemOf } from './systems.ts'

const SEED = 31
const params = { channels: 4, convs: 1, deep: 1 }

describe(`models/preconditioners/dcdm (seed ${SEED})`, () => {
  it('has a weight for every tap', () => {
    const system = systemOf(4, SEED)
    const weights = shakenWeights(dcdm, dcdm.defaults, system, SEED)
    const count = [...weights.values()].reduce((total, { data }) => total + data.length, 0)
    const convs = 2 * (2 + 3 + 2) * (9 * 16 * 16 + 16) // 7 pairs
    assert.equal(count, 9 * 2 * 16 + 16 + convs + 16 + 1)
    assert.equal(count, 32801)
  })

  it('sees no scale, neither of the matrix nor of the residual, powers of two to the last bit', () => {
    const system = systemOf(4, SEED)
    const weights = shakenWeights(dcdm, params, system, SEED)
    const { direction } = predict(dcdm, params, system, weights)
    assert.equal(direction!.length, 16)
    assert.deepEqual(
      predict(
        dcdm,
        params,
        withOther(system, 'rhs', (v) => 4 * v),
        weights,
      ).direction,
      direction,
    )
    const scaled = predict(
      dcdm,
      params,
      withOther(system, 'matrix', (v) => 8 * v),
      weights,
    ).direction!
    // the logarithm of 8 is taken and taken away again, in float32
    const size = Math.max(...direction!.map(Math.abs))
    for (const [at, value] of scaled.entries()) assert.ok(Math.abs(value - direction![at]!) < 1e-5 * size)
  })

  it('sees the matrix, and the sign of the residual', () => {
    const system = systemOf(4, SEED)
    const weights = shakenWeights(dcdm, params, system, SEED)
    const { direction } = predict(dcdm, params, system, weights)
    const other = predict(
      dcdm,
      params,
      withOther(system, 'matrix', (v, at) => (at < 20 ? 3 * v : v)),
      weights,
    )
    assert.notDeepEqual(other.direction, direction)
    assert.notDeepEqual(
      predict(
        dcdm,
        params,
        withOther(system, 'rhs', (v) => -v),
        weights,
      ).direction,
      direction,
    )
  })

  it('answers something finite of a residual that is 0, and any n', () => {
    for (const n of [1, 3, 4]) {
      const system = systemOf(n, SEED)
      const weights = shakenWeights(dcdm, params, system, SEED)
      const { direction } = predict(
        dcdm,
        params,
        withOther(system, 'rhs', () => 0),
        weights,
      )
      assert.ok(direction!.length === n * n && direction!.every(Number.isFinite))
    }
  })
})

function withOther(
  system: System,
  name: 'rhs' | 'matrix',
  change: (value: number, at: number) => number,
): System {
  const host: HostTensor = system.feeds[name]
  return {
    ...system,
    feeds: { ...system.feeds, [name]: { ...host, data: Float32Array.from(host.data, change) } },
  }
}
