/** Kernels that TensorFlow.js puts together where no gradient is wanted: taken apart again. */
import type { KernelNode } from '../graph.ts'
import type { Builder, LowerRule } from './builder.ts'
import { convolutionRules } from './convolution.ts'
import { gatherRules } from './gather.ts'

export const fusedRules: Record<string, LowerRule> = {
  FusedConv2D: fused(convolutionRules.Conv2D!),
  FusedDepthwiseConv2D: fused(convolutionRules.DepthwiseConv2dNative!),
  _FusedMatMul: fused(gatherRules.BatchMatMul!),
  /** (x − mean) / √(variance + ε) · scale + offset. */
  FusedBatchNorm(node, g) {
    const root = g.add('Sqrt', [
      g.add('Add', [of(node, g, 'variance')!, g.scalar(node.attrs.varianceEpsilon as number)]),
    ])
    const centered = g.add('Sub', [of(node, g, 'x')!, of(node, g, 'mean')!])
    const [scale, offset] = [of(node, g, 'scale'), of(node, g, 'offset')]
    const normal = g.add('Div', [centered, root])
    const scaled = scale === undefined ? normal : g.add('Mul', [normal, scale])
    return offset === undefined ? scaled : g.add('Add', [scaled, offset])
  },
}

/** The product, plus bias, through the activation. */
function fused(product: LowerRule): LowerRule {
  return (node, g) => {
    const plain = product(node, g) as string
    const bias = of(node, g, 'bias')
    return activated(node, g, bias === undefined ? plain : g.add('Add', [plain, bias]))
  }
}

function activated(node: KernelNode, g: Builder, x: string): string {
  const { activation = 'linear', leakyreluAlpha } = node.attrs as {
    activation?: string
    leakyreluAlpha?: number
  }
  const below = () => g.add('Min', [x, g.scalar(0)])
  const withSlope = (slope: string) => g.add('Add', [g.add('Relu', [x]), g.add('Mul', [below(), slope])])
  if (activation === 'linear' || activation === null) return x
  if (activation === 'relu') return g.add('Relu', [x])
  if (activation === 'relu6') return g.add('Clip', [x, g.scalar(0), g.scalar(6)])
  if (activation === 'sigmoid') return g.add('Sigmoid', [x])
  if (activation === 'leakyrelu') return withSlope(g.scalar(leakyreluAlpha ?? 0.2))
  if (activation === 'prelu') return withSlope(of(node, g, 'preluActivationWeights')!)
  if (activation === 'elu')
    return g.add('Add', [g.add('Relu', [x]), g.add('Sub', [g.add('Exp', [below()]), g.scalar(1)])])
  throw new Error(`activation '${activation}' cannot be compiled in a fused kernel`)
}

function of({ names, inputs }: KernelNode, g: Builder, name: string): string | undefined {
  const at = names.indexOf(name)
  return at < 0 ? undefined : g.of(inputs[at]!)
}
