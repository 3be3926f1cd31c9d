/**
 * Windows that move over an image, in two or three dimensions: what convolutions and pools have in common.
 * Images are [B, sides…, C]; filters [size…, in, out], or [kh, kw, in, multiplier] where each channel has its own.
 */
import { backend_util } from '@tensorflow/tfjs'
import type { Attrs, Shape } from '../graph.ts'

/** One number a spatial axis. The window at place p begins at p · stride − before; its taps are `dilations` apart. */
export interface Window {
  image: number[]
  places: number[]
  size: number[]
  strides: number[]
  dilations: number[]
  before: number[]
  after: number[] // as far as the last window reaches beyond the image
  unseen: number[] // at the end of the image, which no window reaches
}
interface Geometry {
  window: Window
  outShape: number[]
}

/** By the rules of TensorFlow: 'same', 'valid', a number for all sides, or pads by axis. */
export function convolution(x: Shape, filter: Shape, attrs: Attrs): Geometry {
  const { strides, pad, rounding } = read(attrs)
  const dilations = attrs.dilations ?? 1
  const [image, taps] = [[...x], [...filter]]
  const info =
    x.length === 5
      ? compute3D(
          image as never,
          taps as never,
          strides,
          dilations as never,
          pad as never,
          false,
          'channelsLast',
        )
      : compute2D(image as never, taps as never, strides, dilations as never, pad, rounding)
  return { window: windowOf(info), outShape: info.outShape }
}

/** Each channel has filters of its own: output channel c · multiplier + m. */
export function depthwise(x: Shape, filter: Shape, attrs: Attrs): Geometry {
  const { strides, pad, rounding } = read(attrs)
  const dilations = (attrs.dilations ?? 1) as never
  const info = compute2D([...x] as never, [...filter] as never, strides, dilations, pad, rounding, true)
  return { window: windowOf(info), outShape: info.outShape }
}

export function pool(x: Shape, attrs: Attrs): Geometry {
  const { strides, pad, rounding } = read(attrs)
  const size = attrs.filterSize as never
  const info =
    x.length === 5
      ? backend_util.computePool3DInfo([...x] as never, size, strides, 1, pad as never, rounding)
      : backend_util.computePool2DInfo([...x] as never, size, strides, 1, pad, rounding)
  return { window: windowOf(info), outShape: info.outShape }
}

const { computeConv2DInfo: compute2D, computeConv3DInfo: compute3D } = backend_util

interface Read {
  strides: [number, number] & [number, number, number]
  pad: 'valid' | 'same' | number
  rounding: 'floor' | 'round' | 'ceil' | undefined
}

function read({ strides, pad, dimRoundingMode, dataFormat }: Attrs): Read {
  if (dataFormat !== undefined && dataFormat !== 'NHWC' && dataFormat !== 'NDHWC')
    throw new Error(`window: channels must be the last axis (got data format ${dataFormat})`)
  return { strides, pad, rounding: dimRoundingMode } as Read
}

function windowOf(info: backend_util.Conv2DInfo | backend_util.Conv3DInfo): Window {
  const pads = info.padInfo
  const deep = 'inDepth' in info ? info : undefined
  const axes = (depth: number | undefined, ...plane: number[]) =>
    depth === undefined ? plane : [depth, ...plane]
  const image = axes(deep?.inDepth, info.inHeight, info.inWidth)
  const places = axes(deep?.outDepth, info.outHeight, info.outWidth)
  const size = axes(deep?.filterDepth, info.filterHeight, info.filterWidth)
  const strides = axes(deep?.strideDepth, info.strideHeight, info.strideWidth)
  const dilations = axes(deep?.dilationDepth, info.dilationHeight, info.dilationWidth)
  const before = axes(deep?.padInfo.front, pads.top, pads.left)
  const beyond = places.map((count, i) => {
    const reach = (count - 1) * strides[i]! + (size[i]! - 1) * dilations[i]! + 1
    return reach - before[i]! - image[i]!
  })
  const after = beyond.map((more) => Math.max(0, more))
  const unseen = beyond.map((more) => Math.max(0, -more))
  return { image, places, size, strides, dilations, before, after, unseen }
}
