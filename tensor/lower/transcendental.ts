/**
 * Functions that ONNX Runtime lacks, has for float32 alone, or has without the digits near zero. In double precision they
 * are composed of those that it has.
 */
import type { Builder, LowerRule } from './builder.ts'
import { operand, operands } from './elementwise.ts'

export const transcendentalRules: Record<string, LowerRule> = {
  Expm1: (node, g) => expm1(g, operand(node, g)),
  Log1p: (node, g) => log1p(g, operand(node, g)),
  /** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|). */
  Softplus: inDouble('Softplus', (g, x) => {
    const tail = g.add('Exp', [g.add('Neg', [g.add('Abs', [x])])])
    return g.add('Add', [g.add('Relu', [x]), log1p(g, tail)])
  }),
  Elu: inDouble('Elu', (g, x) =>
    g.add('Add', [g.add('Relu', [x]), expm1(g, g.add('Min', [x, g.scalar(0)]))]),
  ),
  /** λ x above zero, λ α (eˣ − 1) below: Klambauer et al., arXiv:1706.02515. */
  Selu(node, g) {
    const x = operand(node, g)
    const above = g.add('Mul', [g.add('Relu', [x]), g.scalar(SELU.scale)])
    const below = g.add('Mul', [expm1(g, g.add('Min', [x, g.scalar(0)])), g.scalar(SELU.scale * SELU.alpha)])
    return g.add('Add', [above, below])
  },
  Erf: inDouble('Erf', erf),
  Asin: inDouble('Asin', asin),
  Acos: inDouble('Acos', (g, x) => g.add('Sub', [g.scalar(Math.PI / 2), asin(g, x)])),
  Atan: inDouble('Atan', atan),
  Atan2: atan2,
  Sinh: inDouble('Sinh', (g, x) => halfOf(g, g.add('Sub', [expm1(g, x), expm1(g, g.add('Neg', [x]))]))),
  Cosh: inDouble('Cosh', (g, x) =>
    halfOf(g, g.add('Add', [g.add('Exp', [x]), g.add('Exp', [g.add('Neg', [x])])])),
  ),
  /** sign(x) log(|x| + √(x² + 1)). */
  Asinh: inDouble('Asinh', (g, x) => {
    const size = g.add('Abs', [x])
    const root = g.add('Sqrt', [g.add('Add', [g.add('Mul', [x, x]), g.scalar(1)])])
    return g.add('Mul', [g.add('Sign', [x]), g.add('Log', [g.add('Add', [size, root])])])
  }),
  Acosh: inDouble('Acosh', (g, x) => {
    const root = g.add('Sqrt', [g.add('Sub', [g.add('Mul', [x, x]), g.scalar(1)])])
    return g.add('Log', [g.add('Add', [x, root])])
  }),
  Atanh: inDouble('Atanh', (g, x) => halfOf(g, g.add('Sub', [log1p(g, x), log1p(g, g.add('Neg', [x]))]))),
}

const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }

/** One operator in float32, composed in float64. */
function inDouble(op: string, composed: (g: Builder, x: string) => string): LowerRule {
  return (node, g) => {
    const x = operand(node, g)
    return g.precision === 'float32' ? g.add(op, [x]) : composed(g, x)
  }
}

function halfOf(g: Builder, x: string): string {
  return g.add('Mul', [x, g.scalar(0.5)])
}

/** eˣ − 1 = tanh(x/2) (eˣ + 1), which keeps its digits near 0. */
function expm1(g: Builder, x: string): string {
  const half = g.add('Tanh', [halfOf(g, x)])
  const exact = g.add('Mul', [half, g.add('Add', [g.add('Exp', [x]), g.scalar(1)])])
  const near = g.add('Less', [g.add('Abs', [x]), g.scalar(1)])
  return g.add('Where', [near, exact, g.add('Sub', [g.add('Exp', [x]), g.scalar(1)])])
}

/** log(1 + x) = x log(u) / (u − 1) with u = 1 + x as rounded: the two roundings cancel. */
function log1p(g: Builder, x: string): string {
  const u = g.add('Add', [x, g.scalar(1)])
  const step = g.add('Sub', [u, g.scalar(1)])
  const tiny = g.add('Equal', [step, g.scalar(0)])
  const safe = g.add('Where', [tiny, g.scalar(1), step])
  const scaled = g.add('Mul', [g.add('Log', [u]), g.add('Div', [x, safe])])
  return g.add('Where', [tiny, x, scaled])
}

/**
 * erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms of one sign: Abramowitz & Stegun 7.1.6. At |x| = 6, beyond which
 * erf is ±1 in float64, the terms from 100 on are below 1e-16 of the sum.
 */
function erf(g: Builder, x: string): string {
  const inside = g.add('Max', [g.add('Min', [x, g.scalar(6)]), g.scalar(-6)])
  const square = g.add('Mul', [inside, inside])
  let sum = g.scalar(1)
  for (let n = 130; n > 0; n--) {
    const factor = g.add('Mul', [square, g.scalar(2 / (2 * n + 1))])
    sum = g.add('Add', [g.add('Mul', [sum, factor]), g.scalar(1)])
  }
  const bell = g.add('Mul', [g.add('Exp', [g.add('Neg', [square])]), g.scalar(2 / Math.sqrt(Math.PI))])
  return g.add('Mul', [g.add('Mul', [inside, bell]), sum])
}

function asin(g: Builder, x: string): string {
  const rest = g.add('Sqrt', [g.add('Sub', [g.scalar(1), g.add('Mul', [x, x])])])
  return atan(g, g.add('Div', [x, rest]))
}

/**
 * Of |x| ≤ 1, and π/2 less for the reciprocal of others. From y = x / (1 + 0.28 x²), 5e-3 off, two corrections
 * δ = tan(atan x − y) = (x cos y − sin y) / (cos y + x sin y), each taken as δ − δ³/3, leave δ⁵ ⋯ ≪ 1e-16.
 */
function atan(g: Builder, x: string): string {
  const far = g.add('Greater', [g.add('Abs', [x]), g.scalar(1)])
  const near = g.add('Where', [far, g.add('Reciprocal', [x]), x])
  const bend = g.add('Add', [g.add('Mul', [g.add('Mul', [near, near]), g.scalar(0.28)]), g.scalar(1)])
  let y = g.add('Div', [near, bend])
  for (let round = 0; round < 2; round++) {
    const [sin, cos] = [g.add('Sin', [y]), g.add('Cos', [y])]
    const above = g.add('Sub', [g.add('Mul', [near, cos]), sin])
    const step = g.add('Div', [above, g.add('Add', [cos, g.add('Mul', [near, sin])])])
    const cube = g.add('Mul', [g.add('Mul', [step, step]), g.add('Mul', [step, g.scalar(1 / 3)])])
    y = g.add('Add', [y, g.add('Sub', [step, cube])])
  }
  const quarter = g.add('Mul', [g.add('Sign', [x]), g.scalar(Math.PI / 2)])
  return g.add('Where', [far, g.add('Sub', [quarter, y]), y])
}

/** atan(a / b), a half turn further where b < 0; the sign of a where b is 0. */
function atan2(node: Parameters<LowerRule>[0], g: Builder): string {
  const [a, b] = operands(node, g, 'float32') as [string, string]
  const zero = g.scalar(0)
  const turn = g.add('Where', [g.add('Less', [a, zero]), g.scalar(-Math.PI), g.scalar(Math.PI)])
  const vertical = g.add('Equal', [b, zero])
  const ratio = g.add('Div', [a, g.add('Where', [vertical, g.scalar(1), b])])
  const slope = g.precision === 'float32' ? g.add('Atan', [ratio]) : atan(g, ratio)
  const behind = g.add('Where', [g.add('Less', [b, zero]), turn, zero])
  const upright = g.add('Mul', [g.add('Sign', [a]), g.scalar(Math.PI / 2)])
  return g.add('Where', [vertical, upright, g.add('Add', [slope, behind])])
}
