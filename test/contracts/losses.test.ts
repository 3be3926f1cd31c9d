/** What every file in losses/<track>/ must do, at toy size and on the eager device. */
import assert from 'node:assert/strict'
import { batchOf } from '../../benchmarks/network.ts'
import type { Loss, Noise } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { type HostTensor, type Tensor, tf } from '../../tensor/index.ts'
import { dtypeOf } from '../../tensor/noise.ts'
import {
  knownOf,
  lossesOf,
  normals,
  shapesFor,
  type Toy,
  tensorOf,
  tensorsOf,
  toyParams,
  toys,
  tracks,
} from './toys.ts'

const SEED = 9
/** RECE cuts a sorted batch and a sorted catalog into equal chunks, and what is equal in the sort keeps its place: by definition it cares. */
const CUT_BY_PLACE = new Set(['rece'])
type Fields = Record<string, HostTensor>

for (const track of tracks) {
  const toy = toys[track]!()
  for (const [name, loss] of await lossesOf(track)) {
    for (const shapes of shapesFor(loss, toy)) {
      const outputs = outputsOf({ ...toy, shapes })
      const of = shapesFor(loss, toy).length > 1 ? ` of a ${Object.keys(shapes)}` : ''
      describe(`loss ${name} of ${track}${of} (seed ${SEED})`, () => {
        it('is a finite float32 scalar and leaks no tensor', () => {
          const before = tf.memory().numTensors
          tf.tidy(() => {
            const value = loss.value(
              tensorsOf(outputs),
              batchOf(tensorsOf(toy.feeds)),
              toyParams(loss.defaults),
              noise,
            )
            assert.deepEqual([value.shape, value.dtype], [[], 'float32'])
            assert.ok(Number.isFinite(value.dataSync()[0]))
          })
          assert.equal(tf.memory().numTensors, before)
        })

        it('agrees with finite differences along random directions', () => {
          const gradients = gradientsOf(loss, toy, outputs)
          for (let trial = 0; trial < 3; trial++) {
            const along = directions(outputs, trial)
            const slope = Object.keys(outputs).reduce((sum, o) => sum + dot(gradients[o]!, along[o]!), 0)
            const step = 2e-3
            const difference =
              (lossAt(loss, toy, moved(outputs, along, step)) -
                lossAt(loss, toy, moved(outputs, along, -step))) /
              (2 * step)
            // float32 leaves 1e-7 of the loss / 2e-3 = 5e-5 of it, the curvature about step² of the slope
            const size = Math.max(Math.abs(slope), lossAt(loss, toy, outputs))
            assert.ok(
              Math.abs(slope - difference) <= 1e-3 * size,
              `trial ${trial}: ${slope} and ${difference}`,
            )
          }
        })

        if (!CUT_BY_PLACE.has(name))
          it('does not care for the order of the batch', () => {
            const order = [2, 0, 3, 1]
            const value = lossAt(loss, toy, outputs)
            const other = lossAt(
              loss,
              { ...toy, feeds: permuted(toy.feeds, order) },
              permuted(outputs, order),
            )
            assert.ok(Math.abs(other - value) <= 1e-5 * Math.abs(value), `${value} and ${other}`) // sums in another order
          })

        if (track === 'recommenders' && !CUT_BY_PLACE.has(name))
          it('does not care for the names of the items, where catalog and what is drawn are renamed along', () => {
            const [value, other] = [lossAt(loss, toy, outputs), renamedLoss(loss, toy, outputs)]
            assert.ok(Math.abs(other - value) <= 1e-6 * Math.abs(value), `${value} and ${other}`) // sums in another order
          })

        if (track === 'recommenders')
          for (const spare of [0, 3])
            it(`is the same where a batch names the places that hold an item, and ${spare} that hold none`, () => {
              const known = knownOf(toy.feeds.target!.data as Int32Array, spare)
              const named = { ...toy, feeds: { ...toy.feeds, known } }
              const [value, other] = [lossAt(loss, toy, outputs), lossAt(loss, named, outputs)]
              assert.ok(Math.abs(other - value) <= 1e-6 * Math.abs(value), `${value} and ${other}`)
              const [gradients, others] = [gradientsOf(loss, toy, outputs), gradientsOf(loss, named, outputs)]
              for (const name of Object.keys(outputs)) {
                const gap = norm(Array.from(gradients[name]!, (g, i) => g - others[name]![i]!))
                assert.ok(gap <= 1e-5 * norm(gradients[name]!), `${name}: ${gap}`)
              }
            })

        if (track === 'operators')
          it('is least at the truth', () => {
            const names = Object.keys(shapes)
            const right = Object.fromEntries(names.map((output) => [output, toy.truth![output]!]))
            const truth = lossAt(loss, toy, right)
            for (let trial = 0; trial < 8; trial++) {
              const step = [0.03, 0.3, 3][trial % 3]! // of the size of each output
              const away = lossAt(loss, toy, moved(right, directions(right, trial), step))
              assert.ok(truth < away, `trial ${trial}: ${truth} at the truth, ${away} elsewhere`)
            }
          })
      })
    }
  }
}

/** Noise that is the same for all rows, so that permuting the rows permutes nothing else: it depends on the last axis alone. */
function noise(name: string, shape: readonly number[], law: Parameters<Noise>[2]): Tensor {
  const last = shape.at(-1) ?? 1
  const values = normals([last], rng(SEED, name)).data
  const integers = dtypeOf(law) === 'int32'
  const at = (i: number) => (integers ? (i % last) % (law as { integer: number }).integer : values[i % last]!)
  const data = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i))
  return tf.tensor(data, [...shape], dtypeOf(law))
}

/** Plausible network outputs: of the size of the target for fields, of order one for states and items. */
function outputsOf(toy: Toy): Fields {
  const width = 5
  const outputs: Fields = {}
  for (const [name, stated] of Object.entries(toy.shapes)) {
    const values = normals(
      stated.map((length) => (length < 0 ? width : length)),
      rng(SEED, 'output', name),
    )
    const right = toy.truth?.[name]
    for (let i = 0; right !== undefined && i < values.data.length; i++) values.data[i]! *= rms(right.data)
    outputs[name] = values
  }
  return outputs
}

function lossAt(loss: Loss, toy: Toy, outputs: Fields, drawn: Noise = noise): number {
  return tf.tidy(() => {
    const batch = batchOf(tensorsOf(toy.feeds))
    return loss.value(tensorsOf(outputs), batch, toyParams(loss.defaults), drawn).dataSync()[0]!
  })
}

/** The loss where the item of catalog row r is that of row 7 r + 3, modulo their number, which 7 does not divide. */
function renamedLoss(loss: Loss, toy: Toy, outputs: Fields): number {
  const items = toy.facts.items as number
  const { catalog, ...others } = outputs
  const rowOf = (row: number) => (7 * row + 3) % items
  const nameOf = (item: number) => (item === 0 ? 0 : rowOf(item - 1) + 1) // 0 is padding
  const rename = ([name, host]: [string, HostTensor]) => [name, { ...host, data: host.data.map(nameOf) }]
  const feeds = Object.fromEntries(Object.entries(toy.feeds).map(rename))
  const width = catalog!.data.length / items
  const data = catalog!.data.slice()
  for (let row = 0; row < items; row++)
    data.set(catalog!.data.subarray(row * width, (row + 1) * width), rowOf(row) * width)
  const drawn: Noise = (name, shape, law) => {
    const given = noise(name, shape, law)
    if (dtypeOf(law) !== 'int32') return given
    return tf.tensor(given.dataSync().map(rowOf), [...shape], 'int32') // rows of the catalog
  }
  return lossAt(loss, { ...toy, feeds }, { ...others, catalog: { ...catalog!, data } }, drawn)
}

function gradientsOf(loss: Loss, toy: Toy, outputs: Fields): Record<string, ArrayLike<number>> {
  const names = Object.keys(outputs)
  return tf.tidy(() => {
    const batch = batchOf(tensorsOf(toy.feeds))
    const f = (...at: Tensor[]) => {
      const output = Object.fromEntries(names.map((name, i) => [name, at[i]!]))
      return loss.value(output, batch, toyParams(loss.defaults), noise)
    }
    const gradients = tf.grads(f)(names.map((name) => tensorOf(outputs[name]!)))
    return Object.fromEntries(names.map((name, i) => [name, gradients[i]!.dataSync()]))
  })
}

/** Random directions of the size of what is moved. */
function directions(outputs: Fields, trial: number): Record<string, Float64Array> {
  const along: Record<string, Float64Array> = {}
  for (const [name, { shape, data }] of Object.entries(outputs)) {
    const raw = normals(shape, rng(SEED, 'direction', name, trial)).data
    along[name] = Float64Array.from(raw, (value) => value * rms(data))
  }
  return along
}

function moved(outputs: Fields, along: Record<string, Float64Array>, step: number): Fields {
  const next: Fields = {}
  for (const [name, host] of Object.entries(outputs))
    next[name] = {
      ...host,
      data: Float32Array.from(host.data, (value, i) => value + step * along[name]![i]!),
    }
  return next
}

/** Rows in another order; what has no batch axis (the catalog) stays. */
function permuted(fields: Fields, order: readonly number[]): Fields {
  const next: Fields = {}
  for (const [name, host] of Object.entries(fields)) {
    const width = host.data.length / order.length
    const data = host.data.slice()
    if (name !== 'catalog')
      for (const [to, from] of order.entries())
        data.set(host.data.subarray(from * width, (from + 1) * width), to * width)
    next[name] = { ...host, data }
  }
  return next
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a))
}
function rms(a: ArrayLike<number>): number {
  return norm(a) / Math.sqrt(a.length)
}
