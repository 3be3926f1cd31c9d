/**
 * Gradients of pools, 2-D and 3-D, first and second.
 *
 * AvgPool: the forward pass divides by the number of pixels in the image, upstream's gradient by the size of the window:
 *   wrong at a padded border, in silence. Its kernel knows no dimRoundingMode: wrong for 'ceil', in silence.
 * MaxPool3D: upstream's kernel of the gradient gives a tie to the last place, that of MaxPool to the first. Here both to the
 *   first, as compiled.
 * Upstream has no second derivatives. A pool's gradient is linear in dy, so its own gradient by dy is the same choice or
 * average made of another tensor; by the image it is zero, except at ties, where it does not exist.
 */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../graph.ts'
import { pool, type Window } from '../shapes/windows.ts'
import type { Tensor } from '../types.ts'
import { noGradient, setGradient, setKernel } from './register.ts'

type Attrs = Readonly<Record<string, unknown>>

setPoolGradient('MaxPool3DGrad', {
  to: (places, values) => [places.reduce((best, at) => (values[at]! > values[best]! ? at : best))],
  by: () => 1,
})

for (const deep of ['', '3D']) {
  setPoolGradient(`AvgPool${deep}Grad`, { to: (places) => places, by: ({ size }) => sizeOf(size) })
  const average = (x: Tensor, attrs: Attrs) => run(`AvgPool${deep}`, { x }, attrs)
  setGradient(`AvgPool${deep}`, ['x'], (dy, [x], attrs) => ({
    x: () => {
      const { window } = pool(x!.shape, attrs)
      return run(`AvgPool${deep}Grad`, { dy: dy.mul(borderShare(window)), input: x! }, attrs)
    },
  }))
  setGradient(`AvgPool${deep}Grad`, ['input'], (dx, [input], attrs) => ({
    dy: () => average(dx, attrs).div(borderShare(pool(input!.shape, attrs).window)),
    input: () => noGradient(input!),
  }))

  setGradient(`MaxPool${deep}`, ['x'], (dy, [x], attrs) => ({
    x: () =>
      run(`MaxPool${deep}Grad`, { dy, input: x!, output: run(`MaxPool${deep}`, { x: x! }, attrs) }, attrs),
  }))
  setGradient(`MaxPool${deep}Grad`, ['input', 'output'], (dx, [input, output], attrs) => ({
    dy: () => ofLargest(dx, input!, pool(input!.shape, attrs).window),
    input: () => noGradient(input!),
    output: () => noGradient(output!),
  }))
}

interface Spread {
  to(places: readonly number[], values: Float32Array): readonly number[]
  by(window: Window): number
}

/** The error of each window, divided by `by`, to those of its pixels that `to` picks. */
function setPoolGradient(kernel: string, { to, by }: Spread): void {
  setKernel(kernel, ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo }
    const cpu = backend as Cpu
    const { window } = pool(input.shape, attrs as Attrs)
    const [errors, values] = [cpu.readSync(dy.dataId), cpu.readSync(input.dataId)]
    const dx = new Float32Array(values.length)
    const channels = input.shape.at(-1)!
    const [pixels, cells, divisor] = [sizeOf(window.image), sizeOf(window.places), by(window)]
    for (let cell = 0; cell < errors.length / channels; cell++) {
      const start = Math.floor(cell / cells) * pixels
      const seen = pixelsOf(window, cell % cells).map((pixel) => (start + pixel) * channels)
      for (let c = 0; c < channels; c++) {
        const places = seen.map((at) => at + c)
        for (const at of to(places, values)) dx[at]! += errors[cell * channels + c]! / divisor
      }
    }
    return cpu.makeTensorInfo(input.shape, 'float32', dx)
  })
}

function run(kernel: string, inputs: tf.NamedTensorMap, attrs: Attrs): Tensor {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as Tensor
}

/** Full size of the window over the pixels of it that lie in the image, [1, places…, 1]; 1 inside. */
function borderShare({ places, size, strides, before, image }: Window): Tensor {
  const counts = places.map((count, axis) =>
    Array.from({ length: count }, (_, i) => {
      const start = i * strides[axis]! - before[axis]!
      return Math.min(image[axis]!, start + size[axis]!) - Math.max(0, start)
    }),
  )
  const shares = counts.reduce<number[]>(
    (products, axis, i) => products.flatMap((product) => axis.map((count) => (product * size[i]!) / count)),
    [1],
  )
  return tf.tensor(shares, [1, ...places, 1])
}

/** values[q] for the first largest place q of each window of x; tap by tap. */
function ofLargest(values: Tensor, x: Tensor, window: Window): Tensor {
  const [of, lookedAt] = [padded(values, window, 0), padded(x, window, LOWEST)]
  const taps = window.size.reduce<number[][]>(
    (all, k) => all.flatMap((at) => [...Array(k).keys()].map((i) => [...at, i])),
    [[]],
  )
  let [best, chosen] = [seen(lookedAt, taps[0]!, window), seen(of, taps[0]!, window)]
  for (const at of taps.slice(1)) {
    const next = seen(lookedAt, at, window)
    chosen = tf.where(next.greater(best), seen(of, at, window), chosen)
    best = best.maximum(next)
  }
  return chosen
}

/** The pixels of the image that the window at a place covers, in order. */
function pixelsOf({ image, places, size, strides, before }: Window, place: number): number[] {
  let rest = place
  const at = places.map((_, axis) => {
    const inner = sizeOf(places.slice(axis + 1))
    const own = Math.floor(rest / inner)
    rest %= inner
    return own
  })
  return at.reduce<number[]>(
    (pixels, p, axis) => {
      const from = p * strides[axis]! - before[axis]!
      const sides = [...Array(size[axis]!).keys()].map((i) => from + i)
      const inside = sides.filter((side) => side >= 0 && side < image[axis]!)
      return pixels.flatMap((pixel) => inside.map((side) => pixel * image[axis]! + side))
    },
    [0],
  )
}

interface Cpu {
  readSync(dataId: object): Float32Array
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo
}

const LOWEST = -3.4028234663852886e38 // of finite float32

function padded(x: Tensor, { before, after }: Window, value: number): Tensor {
  const around = before.map((pad, i): [number, number] => [pad, after[i]!])
  return x.pad([[0, 0], ...around, [0, 0]], value)
}

/** What one place of the window sees from all places of the output. */
function seen(x: Tensor, at: readonly number[], { places, strides }: Window): Tensor {
  const end = at.map((from, axis) => from + (places[axis]! - 1) * strides[axis]! + 1)
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!]
  return x.stridedSlice([0, ...at, 0], [batch, ...end, channels], [1, ...strides, 1])
}
