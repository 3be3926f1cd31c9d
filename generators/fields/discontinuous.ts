/**
 * Coefficients that jump.
 *
 * Two phases: k = jump where φ > level · σ, else 1, with φ the first field of attempt 0 (fields/grf.ts). The harder phase fills
 * Q(level) = ½ erfc(level / √2) of the square on average. Where one phase is absent k is constant.
 *
 * Layers: the n + 1 rows of cells along i are cut at layers − 1 of their n inner borders, all choices alike (selection sampling:
 * border b is taken with probability cuts wanted / borders left), and layer l has k = jump^u, u uniform in (0, 1): k depends
 * on i alone. Knuth, The Art of Computer Programming, vol. 2, 3.4.2, algorithm S.
 * Uniform numbers: words 0 and 1 of block b of purpose `layers` for border b, of block n + l for layer l.
 */
import type { Columns } from '../../contracts.ts'
import { exp, log } from '../../math/elementary.ts'
import { philoxBlock, uniformOf } from '../../math/philox.ts'
import { type Key, PURPOSES } from './address.ts'
import type { FieldLaw } from './embedding.ts'
import { makerOf, type Range, type Running } from './lognormal.ts'
import { breathe, record, sideOf } from './record.ts'

export async function* twoPhase(
  law: { field: FieldLaw; jump: number; level: number },
  key: Key,
  range: Range,
  running: Running,
): AsyncGenerator<Columns> {
  const border = law.level * Math.sqrt(law.field.variance)
  const maker = makerOf({ field: law.field, contrast: null, attempts: 1 }, key, { ...running, workers: 1 })
  try {
    for (let address = range.from; address < range.to; address++) {
      await breathe(running.signal)
      const { fields, rhs } = await maker.draw(address, 0)
      const k = Float32Array.from(fields[0], (phi) => (phi > border ? law.jump : 1))
      yield record(address, { k, rhs, attempts: 1 })
    }
  } finally {
    await maker.close()
  }
}

export async function* layered(
  law: { grid: number; jump: number; layers: number },
  key: Key,
  range: Range,
  { signal }: Running,
): AsyncGenerator<Columns> {
  for (let address = range.from; address < range.to; address++) {
    await breathe(signal)
    const k = layersOf(law, key, address)
    yield record(address, { k, rhs: sideOf(key, address, law.grid), attempts: 1 })
  }
}

function layersOf(
  law: { grid: number; jump: number; layers: number },
  key: Key,
  address: number,
): Float32Array {
  const { grid, jump, layers } = law
  const words = new Uint32Array(4)
  const uniform = (block: number) => {
    philoxBlock(block, 0, address, PURPOSES.layers, key.seed, key.set, words)
    return uniformOf(words[0]!, words[1]!)
  }
  const drawLayer = (layer: number) => exp(uniform(grid + layer) * log(jump))
  const side = grid + 1
  const k = new Float32Array(side * side)
  let layer = 0
  let value = drawLayer(0)
  for (let i = 0; i < side; i++) {
    k.fill(value, i * side, (i + 1) * side)
    const isCut = i < grid && uniform(i) * (grid - i) < layers - 1 - layer
    if (isCut) value = drawLayer(++layer)
  }
  return k
}
