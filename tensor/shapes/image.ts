/** Shapes of convolutions, pools and resizes. Images are [B, h, w, C], filters [kh, kw, in, out]. */
import { backend_util } from '@tensorflow/tfjs'
import type { Attrs, Shape } from '../graph.ts'
import { input, one, type ShapeRule } from './call.ts'

type Image = [number, number, number, number]
export type Window = backend_util.Conv2DInfo

export const imageShapes: Record<string, ShapeRule> = {
  Conv2D(call) {
    const [x, filter] = [input(call, 'x'), input(call, 'filter')]
    return one(convolution(x.shape, filter.shape, call.attrs).outShape, 'float32')
  },
  Conv2DBackpropInput: ({ attrs }) => one(attrs.inputShape as Shape, 'float32'),
  Conv2DBackpropFilter: ({ attrs }) => one(attrs.filterShape as Shape, 'float32'),
  MaxPool: ({ inputs: [x], attrs }) => one(pool(x!.shape, attrs).outShape, 'float32'),
  AvgPool: ({ inputs: [x], attrs }) => one(pool(x!.shape, attrs).outShape, 'float32'),
  MaxPoolGrad: (call) => one(input(call, 'input').shape, 'float32'),
  AvgPoolGrad: (call) => one(input(call, 'input').shape, 'float32'),
  ResizeNearestNeighbor: resize,
  ResizeBilinear: resize,
}

/** Strides, pads and output size of a convolution, by the rules of TensorFlow. */
export function convolution(x: Shape, filter: Shape, attrs: Attrs): Window {
  const { strides, pad, dimRoundingMode, dataFormat } = attrs as unknown as ConvolutionAttrs
  if (dataFormat !== undefined && dataFormat !== 'NHWC')
    throw new Error(`convolution: only the data format NHWC is supported (got ${dataFormat})`)
  const dilations = (attrs.dilations as [number, number] | number | undefined) ?? 1
  return backend_util.computeConv2DInfo(
    [...x] as Image,
    [...filter] as Image,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  )
}

export function pool(x: Shape, attrs: Attrs): Window {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs
  return backend_util.computePool2DInfo([...x] as Image, filterSize, strides, 1, pad, dimRoundingMode)
}

type Pad = 'valid' | 'same' | number
interface ConvolutionAttrs {
  strides: [number, number] | number
  pad: Pad
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  dataFormat?: string
}
interface PoolAttrs extends ConvolutionAttrs {
  filterSize: [number, number] | number
}

function resize({ inputs: [x], attrs }: Parameters<ShapeRule>[0]) {
  const [height, width] = attrs.size as [number, number]
  return one([x!.shape[0]!, height, width, x!.shape[3]!], 'float32')
}
