/**
 * The table of kernels in docs/engine.md, from the cases that the suite runs: which kernels they reach, on how many shapes,
 * and which derivatives of them are held against differences.
 */
import { type Graph, liveNodes, type Value } from '../../../tensor/graph.ts'
import { tf } from '../../../tensor/index.ts'
import { lowerRules } from '../../../tensor/lower/rules.ts'
import { traceProgram } from '../../../tensor/runtime.ts'
import { families } from './families.ts'
import { type Case, programOf } from './harness.ts'
import { hasTruth } from './truth.ts'

/** What the cases say of one kernel. */
export interface Tried {
  shapes: Set<string> // of all inputs of a case
  gradient: boolean
  second: boolean
}

/** Every kernel once; kernels of a gradient stand with what they are the gradient of. */
export const rows: readonly { title: string; kernels: string; limits: string; flat?: true }[] = [
  {
    title: 'arithmetic',
    kernels: 'Add AddN Sub Multiply RealDiv Neg Abs Square SquaredDifference Pow Mod Reciprocal Sqrt Rsqrt',
    limits: 'types are mixed as in TensorFlow.js',
  },
  {
    title: 'the larger, the smaller',
    kernels: 'Maximum Minimum ClipByValue Select',
    limits: 'equals: all of the gradient to the first operand',
  },
  {
    title: 'exponential, hyperbolic',
    kernels: 'Exp Expm1 Log Log1p Erf Tanh Sigmoid Softplus Sinh Cosh Asinh Acosh Atanh',
    limits: 'below 1e-30 a factor may become 0 (tensor/tiny.ts)',
  },
  { title: 'trigonometric', kernels: 'Sin Cos Tan Asin Acos Atan Atan2', limits: '' },
  {
    title: 'activations',
    kernels: 'Relu Relu6 LeakyRelu Prelu Elu Selu',
    limits: 'kinks: the slope of one side',
  },
  {
    title: 'steps',
    kernels: 'Step Sign Floor Ceil Round FloorDiv',
    limits: 'gradient 0, as is the truth between the steps',
  },
  {
    title: 'comparisons, logic',
    kernels:
      'Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalNot IsNan IsInf IsFinite All Any',
    limits: 'no gradient flows through',
    flat: true,
  },
  { title: 'types', kernels: 'Cast', limits: 'float32, int32, bool' },
  {
    title: 'reductions',
    kernels: 'Sum Mean Prod Max Min Softmax',
    limits: 'Max, Min: each of the equals gets all of the gradient',
  },
  { title: 'scans', kernels: 'Cumsum Cumprod', limits: '' },
  {
    title: 'positions',
    kernels: 'ArgMax ArgMin OneHot',
    limits: 'int32; the first of equals; no gradient flows through',
    flat: true,
  },
  { title: 'sorting', kernels: 'TopK', limits: 'the last axis; equals keep their order; not for NaN' },
  {
    title: 'moves',
    kernels: 'Reshape Transpose Tile BroadcastTo Slice StridedSlice Reverse Concat Pack Unpack SplitV',
    limits: 'fixed shapes',
  },
  { title: 'pads', kernels: 'PadV2 MirrorPad', limits: '' },
  { title: 'pixel shuffle', kernels: 'DepthToSpace', limits: 'channels last' },
  { title: 'matrix product', kernels: 'BatchMatMul', limits: 'batch axes stretch' },
  {
    title: 'look-ups',
    kernels: 'GatherV2 GatherNd ScatterNd',
    limits: 'an index outside: eager throws; compiled, −1 is the last and beyond throws',
  },
  {
    title: 'segments',
    kernels: 'UnsortedSegmentSum SegmentMax',
    limits: 'ids outside belong nowhere; SegmentMax shares among equals',
  },
  {
    title: 'convolution, 1-D and 2-D',
    kernels: 'Conv2D Conv2DBackpropInput Conv2DBackpropFilter',
    limits: 'channels last; stride or dilation, not both; also transposed',
  },
  {
    title: 'convolution, 3-D',
    kernels: 'Conv3D Conv3DBackpropInputV2 Conv3DBackpropFilterV2',
    limits: 'the same; also transposed',
  },
  {
    title: 'depthwise, separable',
    kernels: 'DepthwiseConv2dNative DepthwiseConv2dNativeBackpropInput DepthwiseConv2dNativeBackpropFilter',
    limits: 'the same',
  },
  {
    title: 'pools, 2-D and 3-D',
    kernels: 'MaxPool MaxPoolGrad AvgPool AvgPoolGrad MaxPool3D MaxPool3DGrad AvgPool3D AvgPool3DGrad',
    limits: 'MaxPool: a tie to the first place; AvgPool counts the pixels inside',
  },
  { title: 'resizes', kernels: 'ResizeNearestNeighbor ResizeBilinear', limits: '2-D' },
  {
    title: 'fused, in predictions',
    kernels: 'FusedConv2D FusedDepthwiseConv2D _FusedMatMul FusedBatchNorm',
    limits: 'tf.fused takes itself apart where a gradient is wanted',
    flat: true,
  },
]

/** Every kernel that the cases reach. */
export function triedKernels(): ReadonlyMap<string, Tried> {
  const tried = new Map<string, Tried>()
  for (const it of Object.values(families).flat()) {
    const { graph } = traceProgram(programOf(it))
    const [forward, first] = [kernelsOf(graph, /^y/), kernelsOf(graph, /^g/)]
    for (const kernel of kernelsOf(graph, /^/)) {
      const known = tried.get(kernel) ?? { shapes: new Set(), gradient: false, second: false }
      known.shapes.add(shapesOf(it))
      if (hasTruth(it) && (forward.has(kernel) || first.has(kernel))) known.gradient = true
      if (hasTruth(it) && forward.has(kernel)) known.second = true
      tried.set(kernel, known)
    }
  }
  return tried
}

/** Kernels of the JavaScript backend that cannot be compiled. */
export function missingKernels(): string[] {
  const away = new Set([
    'Complex',
    'Real',
    'Imag',
    'ComplexAbs',
    'FFT',
    'IFFT',
    'ExpandDims',
    'Identity',
    'ZerosLike',
  ])
  const made = new Set(['Fill', 'Range', 'LinSpace', 'OnesLike', 'Einsum', 'Multinomial', 'EluGrad'])
  const words = /^(String|StaticRegex|Ragged|Sparse)/
  const all = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName)
  return all
    .filter(
      (name) => lowerRules[name] === undefined && !away.has(name) && !made.has(name) && !words.test(name),
    )
    .sort()
}

export function supportTable(tried = triedKernels()): string {
  const lines = rows.map(({ title, kernels, limits, flat }) => {
    const names = kernels.split(' ')
    const least = Math.min(...names.map((name) => tried.get(name)?.shapes.size ?? 0))
    const own = names.filter((name) => !/Backprop|Grad$/.test(name)) // the others are gradients themselves
    const said = (of: 'gradient' | 'second') =>
      flat ? '–' : verdict(own, (name) => tried.get(name)?.[of] === true)
    return [title, names.join(', '), `${least}`, said('gradient'), said('second'), limits]
  })
  return [table(['family', 'kernels', 'shapes', 'gradient', 'second', 'limits'], lines), never(), ''].join(
    '\n\n',
  )
}

/** The part of the page between its two marks, replaced. */
export function withTable(page: string, text: string): string {
  const [begin, end] = ['<!-- made by npm run docs:engine -->', '<!-- end -->']
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error('docs/engine.md: the marks of the table are missing')
  return `${page.slice(0, from)}${begin}\n\n${text}${page.slice(to)}`
}

function verdict(names: readonly string[], holds: (name: string) => boolean): string {
  const failing = names.filter((name) => !holds(name))
  if (failing.length === 0) return 'yes'
  return failing.length === names.length ? 'no' : `not ${failing.join(', ')}`
}

function never(): string {
  const lines = [
    ['FFT, complex tensors', 'a product with a Fourier matrix; pairs `{ re, im }`'],
    ['random ops', 'the noise of the step'],
    ['strings, ragged and sparse tensors', 'prepare before, feed'],
    ['loops and branches over data', '`tf.where`; unroll'],
  ]
  const missing = `Not yet; an error names the kernel, and \`eager\` runs it: ${missingKernels().join(', ')}.`
  return `${wrapped(missing)}\n\n${table(['never', 'instead'], lines)}`
}

const WIDTH = 125 // of the page

function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line.length + word.length >= WIDTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.join('\n')
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, ...lines]
  const widths = head.map((_, column) => Math.max(3, ...all.map((line) => line[column]!.length)))
  const written = (line: readonly string[]) =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  return [written(head), written(widths.map((width) => '-'.repeat(width))), ...lines.map(written)].join('\n')
}

function kernelsOf(graph: Graph, wanted: RegExp): Set<string> {
  const ends = [...graph.outputs].flatMap(([name, value]): Value[] => (wanted.test(name) ? [value] : []))
  return new Set(liveNodes(ends).flatMap((node) => (node.kind === 'kernel' ? [node.kernel] : [])))
}

function shapesOf({ inputs }: Case): string {
  return inputs.map(({ shape }) => `[${shape}]`).join(' ')
}
