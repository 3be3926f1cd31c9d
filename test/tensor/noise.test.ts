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
  it('normal is Box–Muller of two words: radius, then angle', () => {
    const half = 0x7fffffff // u = ½: √(2 ln 2) = 1.17741
    const { data } = drawNoise([5], 'normal', scripted(half, 0, half, 0x40000000, -1, 0x12345678))
    const expected = [1.17741, 0, 0, 1.17741, 0] // at 0, then at a quarter turn; u = 1 is 0
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs(data[i]! - value) < 1e-5, `${i}: ${data[i]}`)
  })
  it('bernoulli is 1 where a byte, lowest first, is below 256 p', () => {
    const drawn = drawNoise([5], { bernoulli: 0.25 }, scripted(0x003f40ff, 0x0000007f))
    assert.deepEqual(drawn, floats([5], [0, 0, 1, 1, 0]))
  })
  it('bernoulli takes one word more where the byte is the whole part of 256 p', () => {
    // 256 · 0.501953125 = 128.5: of the bytes 128, those below half of the next word count
    const drawn = drawNoise([4], { bernoulli: 0.501953125 }, scripted(0x81807f80, 0x7fffffff, 0x80000000 | 0))
    assert.deepEqual(drawn, floats([4], [1, 1, 0, 0]))
  })
  it('bernoulli is the same place by place, whatever the length and p', () => {
    for (const p of [0, 0.001, 0.3, 0.5, 0.7, 0.999, 1]) {
      for (const length of [1, 2, 3, 4, 7, 1001]) {
        const { data } = drawNoise([length], { bernoulli: p }, rng(8, 'mask', length))
        assert.deepEqual(
          [...data],
          placeByPlace(length, p, rng(8, 'mask', length)),
          `p ${p}, ${length} places`,
        )
      }
    }
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
  it('a scalar is one draw', () =>
    assert.deepEqual(drawNoise([], 'uniform', scripted(0x40000000)), floats([], [0.25])))
  it('follows its law (seed 5)', () => {
    // 40000 draws: the mean of a mask is off by √(p(1−p)/n) = 0.002, that of a uniform by √(1/12n) = 0.0014; 4 of these
    const shape = [200, 200]
    const mean = (data: Float32Array | Int32Array) => [...data].reduce((sum, x) => sum + x, 0) / data.length
    const normal = drawNoise(shape, 'normal', rng(5, 'normal')).data
    assert.ok(Math.abs(mean(normal)) < 0.02, '4 / √n')
    assert.ok(Math.abs(mean(normal.map((z) => z * z)) - 1) < 0.029, '4 √(2/n)')
    assert.ok(Math.abs(mean(normal.map((z) => z ** 4)) - 3) < 0.2, '4 √(96/n)')
    const within = mean(normal.map((z) => (Math.abs(z) < 1 ? 1 : 0)))
    assert.ok(Math.abs(within - 0.6827) < 0.0094, '4 √(p(1−p)/n)')
    const next = mean(normal.map((z, i) => z * (normal[i + 1] ?? 0)))
    assert.ok(Math.abs(next) < 0.02, `neighbors depend on one another: ${next}`)
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

/** u < 256 p for each byte u; a further word decides where they are equal but for the fraction. */
function placeByPlace(length: number, p: number, stream: Rng): number[] {
  const drawn = new Int32Array(Math.ceil(length / 4))
  stream.words(drawn)
  const bytes = new Uint8Array(drawn.buffer)
  const whole = Math.floor(256 * p)
  return Array.from({ length }, (_, i) => {
    if (bytes[i] !== whole) return bytes[i]! < whole ? 1 : 0
    const more = new Uint32Array(1)
    stream.words(new Int32Array(more.buffer))
    return more[0]! < (256 * p - whole) * 2 ** 32 ? 1 : 0
  })
}
