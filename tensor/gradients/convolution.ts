/**
 * Gradients of convolutions: 2-D, 3-D and depthwise, with any stride, padding and dilation, of any order.
 *
 * A convolution, its gradient by the image and its gradient by the filter are the three derivatives of one form that is
 * linear in each of its arguments, T(x, w, d) = Σ d[p] w[k] x[p · stride + k · dilation − pad]. So the gradient of any one
 * of the three kernels by any of its inputs is another one of the three.
 *
 * Upstream has no gradient with dilation > 1, none of the kernels by the filter (second derivatives), and none of the
 * depthwise and 3-D kernels by the image.
 */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../graph.ts'
import type { Tensor } from '../types.ts'
import { setGradient, setKernel } from './register.ts'

const families = [
  { forward: 'Conv2D', byImage: 'Conv2DBackpropInput', byFilter: 'Conv2DBackpropFilter', axes: 2 },
  { forward: 'Conv3D', byImage: 'Conv3DBackpropInputV2', byFilter: 'Conv3DBackpropFilterV2', axes: 3 },
  {
    forward: 'DepthwiseConv2dNative',
    byImage: 'DepthwiseConv2dNativeBackpropInput',
    byFilter: 'DepthwiseConv2dNativeBackpropFilter',
    axes: 2,
  },
] as const

type Attrs = Readonly<Record<string, unknown>>
type Family = (typeof families)[number]

for (const family of families) {
  const { forward, byImage, byFilter } = family
  dilateKernels(family)
  const geometry = (attrs: Attrs) => geometryOf(attrs, family)
  const places = (x: Tensor, filter: Tensor, attrs: Attrs) => run(forward, { x, filter }, geometry(attrs))
  const image = (dy: Tensor, filter: Tensor, shape: number[], attrs: Attrs) =>
    run(byImage, { dy, filter }, { ...geometry(attrs), inputShape: shape })
  const taps = (x: Tensor, dy: Tensor, shape: number[], attrs: Attrs) =>
    run(byFilter, { x, dy }, { ...geometry(attrs), filterShape: shape })

  setGradient(forward, ['x', 'filter'], (dy, [x, filter], attrs) => ({
    x: () => image(dy, filter!, x!.shape, attrs),
    filter: () => taps(x!, dy, filter!.shape, attrs),
  }))
  setGradient(byImage, ['dy', 'filter'], (dx, [dy, filter], attrs) => ({
    dy: () => places(dx, filter!, attrs),
    filter: () => taps(dx, dy!, filter!.shape, attrs),
  }))
  setGradient(byFilter, ['x', 'dy'], (dw, [x, dy], attrs) => ({
    x: () => image(dy!, dw, x!.shape, attrs),
    dy: () => places(x!, dw, attrs),
  }))
}

function run(kernel: string, inputs: tf.NamedTensorMap, attrs: Attrs): Tensor {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as Tensor
}

/** What the three kernels of a family share; transposed convolutions come without a dilation. */
function geometryOf(attrs: Attrs, { axes }: Family): Attrs {
  const { strides, pad, dataFormat, dimRoundingMode, dilations = 1 } = attrs
  const every = Array.isArray(dilations) ? dilations : Array(axes).fill(dilations)
  return { strides, pad, dataFormat, dimRoundingMode, dilations: every }
}

/**
 * Upstream's kernels by image and by filter know no dilation. Taps that are d apart are the taps of a larger filter with
 * zeros in between: the one is given it, of the other's result the taps are picked.
 */
function dilateKernels({ byImage, byFilter, axes }: Family): void {
  const [ofImage, ofFilter] = [
    tf.getKernel(byImage, 'cpu').kernelFunc,
    tf.getKernel(byFilter, 'cpu').kernelFunc,
  ]

  setKernel(byImage, ({ inputs, attrs, backend }) => {
    const by = dilationsOf(attrs!, axes)
    if (by.every((d) => d === 1)) return ofImage({ inputs, attrs: attrs!, backend })
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo }
    const cpu = backend as Cpu
    const values = cpu.readSync(filter.dataId)
    const [shape, block] = [enlarged(filter.shape, by), sizeOf(filter.shape.slice(axes))]
    const wide = new Float32Array(sizeOf(shape))
    for (const [tap, place] of placesOf(filter.shape, by).entries())
      wide.set(values.subarray(tap * block, (tap + 1) * block), place * block)
    const spread = cpu.makeTensorInfo(shape, 'float32', wide)
    return ofImage({
      inputs: { dy, filter: spread },
      attrs: { ...attrs, dilations: by.map(() => 1) },
      backend,
    })
  })

  setKernel(byFilter, ({ inputs, attrs, backend }) => {
    const by = dilationsOf(attrs!, axes)
    if (by.every((d) => d === 1)) return ofFilter({ inputs, attrs: attrs!, backend })
    const cpu = backend as Cpu
    const shape = attrs!.filterShape as number[]
    const plain = { ...attrs, dilations: by.map(() => 1), filterShape: enlarged(shape, by) }
    const values = cpu.readSync((ofFilter({ inputs, attrs: plain, backend }) as tf.TensorInfo).dataId)
    const block = sizeOf(shape.slice(axes))
    const picked = new Float32Array(sizeOf(shape))
    for (const [tap, place] of placesOf(shape, by).entries())
      picked.set(values.subarray(place * block, (place + 1) * block), tap * block)
    return cpu.makeTensorInfo(shape, 'float32', picked)
  })
}

interface Cpu {
  readSync(dataId: object): Float32Array
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo
}

function dilationsOf(attrs: tf.NamedAttrMap, axes: number): number[] {
  const dilations = (attrs.dilations ?? 1) as number | number[]
  return Array.isArray(dilations) ? dilations : Array(axes).fill(dilations)
}

function enlarged(filter: readonly number[], by: readonly number[]): number[] {
  return filter.map((side, i) => (i < by.length ? (side - 1) * by[i]! + 1 : side))
}

/** Where each tap of the filter lies in the enlarged one, counted row by row. */
function placesOf(filter: readonly number[], by: readonly number[]): number[] {
  const wide = enlarged(filter, by)
  return by.reduce<number[]>(
    (places, d, i) => places.flatMap((p) => [...Array(filter[i]!).keys()].map((k) => p * wide[i]! + k * d)),
    [0],
  )
}
