/** Shapes of convolutions, pools and resizes. */
import type { Attrs, Shape } from '../graph.ts'
import { input, one, type ShapeRule } from './call.ts'
import { convolution, depthwise, pool } from './windows.ts'

export const imageShapes: Record<string, ShapeRule> = {
  Conv2D: convolved(convolution),
  Conv2DBackpropInput: byImage,
  Conv2DBackpropFilter: byFilter,
  Conv3D: convolved(convolution),
  Conv3DBackpropInputV2: byImage,
  Conv3DBackpropFilterV2: byFilter,
  DepthwiseConv2dNative: convolved(depthwise),
  DepthwiseConv2dNativeBackpropInput: byImage,
  DepthwiseConv2dNativeBackpropFilter: byFilter,
  FusedConv2D: convolved(convolution),
  FusedDepthwiseConv2D: convolved(depthwise),
  MaxPool: pooled,
  AvgPool: pooled,
  MaxPool3D: pooled,
  AvgPool3D: pooled,
  MaxPoolGrad: ofInput,
  AvgPoolGrad: ofInput,
  MaxPool3DGrad: ofInput,
  AvgPool3DGrad: ofInput,
  ResizeNearestNeighbor: resize,
  ResizeBilinear: resize,
}

type Geometry = (x: Shape, filter: Shape, attrs: Attrs) => { outShape: number[] }

function convolved(geometry: Geometry): ShapeRule {
  return (call) => {
    const [x, filter] = [input(call, 'x'), input(call, 'filter')]
    return one(geometry(x.shape, filter.shape, call.attrs).outShape, 'float32')
  }
}

function byImage({ attrs }: Parameters<ShapeRule>[0]) {
  return one(attrs.inputShape as Shape, 'float32')
}

function byFilter({ attrs }: Parameters<ShapeRule>[0]) {
  return one(attrs.filterShape as Shape, 'float32')
}

function pooled({ inputs: [x], attrs }: Parameters<ShapeRule>[0]) {
  return one(pool(x!.shape, attrs).outShape, 'float32')
}

function ofInput(call: Parameters<ShapeRule>[0]) {
  return one(input(call, 'input').shape, 'float32')
}

function resize({ inputs: [x], attrs }: Parameters<ShapeRule>[0]) {
  const [height, width] = attrs.size as [number, number]
  return one([x!.shape[0]!, height, width, x!.shape[3]!], 'float32')
}
