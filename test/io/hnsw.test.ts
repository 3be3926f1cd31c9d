import assert from 'node:assert/strict'
import { HNSW, importHnsw } from '../../io/hnsw.ts'
import { rng } from '../../math/rng.ts'
import { isInstalled } from '../installed.ts'

const seed = 23

describe('io/hnsw', () => {
  it('says in one sentence what to install where the package is absent', async () => {
    await assert.rejects(importHnsw('hnswlib-that-nobody-has'), {
      name: 'UserError',
      message:
        "budget: search 'approximate' needs hnswlib-that-nobody-has, which is not installed. " +
        'npm install hnswlib-that-nobody-has@3.0.0 adds it',
    })
  })

  it('says what is wrong with one that was installed and does not load', async () => {
    const broken = 'data:text/javascript,throw new Error("no binary for this machine")'
    await assert.rejects(importHnsw(broken), {
      name: 'UserError',
      message: /, which could not be loaded \(no binary for this machine\)\. npm install /,
    })
  })

  it(`finds the largest inner products where it is installed, and else says so (seed ${seed})`, async () => {
    if (!(await isInstalled(HNSW)))
      return assert.rejects(importHnsw(), /npm install hnswlib-node@3\.0\.0 adds it$/)
    const open = await importHnsw()
    const [items, width, count] = [2000, 16, 60]
    const stream = rng(seed)
    const vector = () => Float32Array.from({ length: width }, () => stream.normal())
    const vectors = Array.from({ length: items }, vector)
    const queries = Array.from({ length: 40 }, vector)
    const answers = () => {
      const index = open(items, width)
      for (const one of vectors) index.add(one)
      return queries.map((query) => index.nearest(query, count))
    }
    const found = answers()
    assert.deepEqual(answers(), found, 'the same vectors give the same answers')
    let hits = 0
    for (const [q, query] of queries.entries()) {
      const products = vectors.map((one) => one.reduce((sum, x, d) => sum + x * query[d]!, 0))
      const order = [...products.keys()].sort((a, b) => products[b]! - products[a]!)
      const best = new Set(order.slice(0, count))
      assert.equal(new Set(found[q]).size, count)
      hits += found[q]!.filter((label) => best.has(label)).length
    }
    // Gaussian vectors, of which inner products single out the long ones: the hardest case that we expect.
    assert.ok(hits >= 0.95 * count * queries.length, `recall ${hits / (count * queries.length)}`)
  })

  it('asked for more than there is gives what there is', async () => {
    if (!(await isInstalled(HNSW)))
      return assert.rejects(importHnsw(), /npm install hnswlib-node@3\.0\.0 adds it$/)
    const index = (await importHnsw())(3, 2)
    for (const one of [
      [1, 0],
      [0, 1],
      [-1, -1],
    ])
      index.add(Float32Array.from(one))
    assert.deepEqual([...index.nearest(Float32Array.of(1, 2), 9)].sort(), [0, 1, 2])
    assert.deepEqual(index.nearest(Float32Array.of(1, 2), 1), [1])
  })
})
