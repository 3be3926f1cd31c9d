import assert from 'node:assert/strict'
import type { Rng } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { drawNoise } from '../../tensor/noise.ts'

/** A stream whose words are given; its other methods say how often they were called. */
function scripted(...script: number[]): Rng {
  let n = 0
  return {
    uniform: () => ++n / 8,
    normal: () => ++n,
    integer: (below) => below - ++n,
    words: (out) => void out.set(script.splice(0, out.length)),
  }
}

describe('tensor noise', () => {
  it('uniform is the upper 24 bits of a word', () => {
    const drawn = drawNoise([2, 2], 'uniform', scripted(0, 0x80000000, 0xff, -1))
    assert.deepEqual(drawn, floats([2, 2], [0, 0.5, 0, 1 - 2 ** -24]))
  })
  it('normal is the stream itself, in order', () =>
    assert.deepEqual(drawNoise([3], 'normal', scripted()), floats([3], [1, 2, 3])))
  it('bernoulli is 1 where a byte, lowest first, is below 256 p', () => {
    const drawn = drawNoise([5], { bernoulli: 0.25 }, scripted(0x003f40ff, 0x0000007f))
    assert.deepEqual(drawn, floats([5], [0, 0, 1, 1, 0]))
  })
  it('bernoulli takes one word more where the byte is the whole part of 256 p', () => {
    // 256 · 0.501953125 = 128.5: of the bytes 128, those below half of the next word count
    const drawn = drawNoise([4], { bernoulli: 0.501953125 }, scripted(0x81807f80, 0x7fffffff, 0x80000000 | 0))
    assert.deepEqual(drawn, floats([4], [1, 1, 0, 0]))
  })
  it('bernoulli of 0 and 1 are certain', () => {
    assert.deepEqual(drawNoise([4], { bernoulli: 0 }, scripted(0, 0, 0, 0, 0)), floats([4], [0, 0, 0, 0]))
    assert.deepEqual(drawNoise([4], { bernoulli: 1 }, scripted(-1)), floats([4], [1, 1, 1, 1]))
  })
  it('integer is int32', () => {
    const { dtype, data } = drawNoise([3], { integer: 20 }, scripted())
    assert.equal(dtype, 'int32')
    assert.deepEqual([...data], [19, 18, 17])
  })
  it('a scalar is one draw', () => assert.deepEqual(drawNoise([], 'normal', scripted()), floats([], [1])))
  it('follows its law (seed 5)', () => {
    // 40000 draws: the mean of a mask is off by √(p(1−p)/n) = 0.002, that of a uniform by √(1/12n) = 0.0014; 4 of these
    const shape = [200, 200]
    const mean = (data: Float32Array | Int32Array) => [...data].reduce((sum, x) => sum + x, 0) / data.length
    const { data } = drawNoise(shape, { bernoulli: 0.8 }, rng(5, 'mask'))
    assert.ok(Math.abs(mean(data) - 0.8) < 0.008)
    assert.ok(Math.abs(mean(drawNoise(shape, 'uniform', rng(5, 'uniform')).data) - 0.5) < 0.006)
    const pairs = mean(Float32Array.from(data, (x, i) => x * (data[i + 1] ?? 1)))
    assert.ok(Math.abs(pairs - 0.64) < 0.01, `neighbours depend on one another: ${pairs}`)
  })
})

function floats(shape: number[], values: number[]) {
  return { shape, dtype: 'float32', data: Float32Array.from(values) }
}
