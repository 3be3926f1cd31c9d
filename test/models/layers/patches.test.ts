import assert from 'node:assert/strict'
import { cutPatches, patchedSize, stitchPatches } from '../../../models/layers/patches.ts'
import { depthToSpace, spaceToDepth } from '../../../models/layers/pixels.ts'
import { tuckerSpectral } from '../../../models/layers/tucker.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal } from '../values.ts'

const SEED = 29

describe(`patches, pixels and Tucker weights (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('space to depth by hand, and back', () => {
    const x = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1])
    const deep = spaceToDepth(x, 2)
    assert.deepEqual(
      [deep.shape, [...deep.dataSync()]],
      [
        [1, 1, 2, 4],
        [1, 2, 5, 6, 3, 4, 7, 8],
      ],
    )
    assert.deepEqual([...depthToSpace(deep, 2).dataSync()], [...x.dataSync()])
  })

  it('sizes that can be cut: multiples of 8 for one level, of 32 for two', () => {
    const at = (n: number, levels: number) => patchedSize(n, { levels, padding: 1 })
    assert.deepEqual([at(1, 1), at(8, 1), at(9, 1), at(64, 1), at(33, 2)], [8, 8, 16, 64, 64])
  })

  it('a patch has its part of the square first, then means of 2 × 2 around its center, zeros outside', () => {
    const [N, s, p] = [8, 4, 1]
    const x = tf.tensor(
      Float32Array.from({ length: N * N }, (_, at) => at + 1),
      [1, N, N, 1],
    )
    const cut = cutPatches(x, { levels: 1, padding: p })
    assert.deepEqual(cut.shape, [4, 6, 6, 2])
    const value = (patch: number, i: number, j: number, c: number) =>
      cut.dataSync()[((patch * 6 + i) * 6 + j) * 2 + c]!
    assert.equal(value(0, 0, 0, 0), 0) // padding beyond the corner
    assert.equal(value(0, 1, 1, 0), 1)
    assert.equal(value(3, 1, 1, 0), 4 * N + 4 + 1) // patch (1, 1) begins at node (4, 4)
    assert.equal(value(3, 0, 0, 0), 3 * N + 3 + 1) // its padding is the neighbor's
    // coarse place (I, J) is the mean of four: 16 I + 2 J + 5.5; patch (0, 0) has its center at fine 2, coarse 1, of a
    // window of 6: it begins at coarse −2
    assert.equal(value(0, 2, 2, 1), 5.5)
    assert.equal(value(0, 1, 2, 1), 0)
    assert.equal(value(0, 5, 5, 1), 16 * 3 + 2 * 3 + 5.5)
    // patch (1, 1): center at fine 6, coarse 3, begins at coarse 0
    assert.equal(value(3, 0, 0, 1), 5.5)
    assert.equal(s, N / 2)
  })

  it('stitching undoes cutting', () => {
    for (const patches of [
      { levels: 1, padding: 2 },
      { levels: 2, padding: 0 },
      { levels: 0, padding: 1 },
    ]) {
      const x = normal([2, 32, 32, 3], SEED)
      const fine = cutPatches(x, patches).slice([0, 0, 0, 0], [-1, -1, -1, 3])
      assert.deepEqual([...stitchPatches(fine, patches).dataSync()], [...x.dataSync()])
    }
  })

  it('Tucker weights of full rank and unit factors are the dense spectral layer', () => {
    const [n, C] = [5, 2]
    const shape = { channels: C, grid: n, modes: 3, rank: 1 }
    const build = (init: Parameters<typeof tuckerSpectral>[0]) => tuckerSpectral(init, 'far', shape)
    const weights = drawn(build, SEED)
    for (const name of ['far/enter/weight', 'far/leave/weight', 'far/rows/weight', 'far/columns/weight']) {
      const { data, shape: size } = weights.get(name)!
      data.set(tf.eye(size[0]!).dataSync())
    }
    const core = weights.get('far/core/weight')!
    core.data.fill(0)
    for (let mode = 0; mode < 15; mode++)
      for (let c = 0; c < C; c++) core.data[(mode * 2 * C + c) * C + c] = 2 // R = 2 for all 5 × 3 modes
    const x = normal([2, n, n, C], SEED)
    assert.ok(apart(build(initOf(weights))(x).dataSync(), x.mul(2).dataSync()) < 1e-5)
  })
})
