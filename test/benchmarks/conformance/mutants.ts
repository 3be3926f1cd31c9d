/**
 * Mistakes planted in our own metrics: a file, a piece of it, and what stands in its place. Three of them are those that
 * PDEBench's code (arXiv:2210.07182) has made known: the spectrum over a quarter of the plane, corners of the boundary counted
 * twice, the maximum taken over the rows as well.
 */
export interface Mutant {
  what: string
  file: string // in metrics/
  from: string
  to: string
}

const of = (file: string, ...all: (readonly [what: string, from: string, to: string])[]): Mutant[] =>
  all.map(([what, from, to]) => ({ what, file, from, to }))

const MEAN = 'perRow.reduce((sum, one) => sum + one, 0) / rows'
const RATIO = 'Math.sqrt(error) / Math.sqrt(size)'
const NEXT = 'isNext(Math.floor(at / n)) || isNext(at % n) ? sum + value * value : sum'
const IN_BAND = '=== band ? sum + value * value : sum'
const FINER = '3 * Math.max(p, q)'
const FIRST = '(cell(i, j) + cell(i, j + 1)) / 2'
const SECOND = '(cell(i, j) + cell(i + 1, j)) / 2'
const LIST = 'row * width, row * width + top'

export const mutants: readonly Mutant[] = [
  ...of(
    'operators/relative-l2.ts',
    ['absolute differences in place of squares', '(x[i]! - y[i]!) ** 2', 'Math.abs(x[i]! - y[i]!)'],
    ['relative to the prediction', 'size += y[i]! ** 2', 'size += x[i]! ** 2'],
    ['squared', RATIO, 'error / size'],
    ['absolute', RATIO, 'Math.sqrt(error)'],
    ['a root mean square', RATIO, 'Math.sqrt(error / (to - from))'],
    ['without the first node', 'i = from; i', 'i = from + 1; i'],
    ['without the last node', 'i < to', 'i < to - 1'],
    ['a sum in place of a difference', 'x[i]! - y[i]!', 'x[i]! + y[i]!'],
  ),
  ...of(
    'fields.ts',
    ['PDEBench: the maximum over the rows as well', MEAN, 'Math.max(...perRow)'],
    [
      'the root of the mean of squares over the rows',
      MEAN,
      'Math.sqrt(perRow.reduce((s, one) => s + one * one, 0) / rows)',
    ],
    ['a sum over the rows', MEAN, 'perRow.reduce((sum, one) => sum + one, 0)'],
    ['the first row alone', MEAN, 'perRow[0]!'],
    ['the least row', MEAN, 'Math.min(...perRow)'],
    [
      'squares of norms',
      'Math.sqrt(size(one.error, one)) / Math.sqrt(size(one.truth, one))',
      'size(one.error, one) / size(one.truth, one)',
    ],
    ['absolute norms', ' / Math.sqrt(size(one.truth, one))', ''],
    ['the prediction of the first row for all', 'x[from + i]! - y[from + i]!', 'x[i]! - y[from + i]!'],
    [
      'the norm of the prediction',
      'truth: Float64Array.from({ length: to - from }, (_, i) => y[from + i]!)',
      'truth: Float64Array.from({ length: to - from }, (_, i) => x[from + i]!)',
    ],
  ),
  ...of(
    'operators/max-error.ts',
    ['signed', 'Math.abs(x[i]! - y[i]!)', 'x[i]! - y[i]!'],
    ['a sum', 'Math.max(worst, Math.abs(x[i]! - y[i]!))', 'worst + Math.abs(x[i]! - y[i]!)'],
    ['the last node', 'Math.max(worst, Math.abs(x[i]! - y[i]!))', 'Math.abs(x[i]! - y[i]!)'],
    ['without the last node', 'i < to', 'i < to - 1'],
    ['relative to the truth', 'return worst', 'return worst / Math.abs(y[from]!)'],
  ),
  ...of(
    'operators/boundary.ts',
    [
      'PDEBench: corners counted twice',
      NEXT,
      'sum + value * value * (Number(isNext(Math.floor(at / n))) + Number(isNext(at % n)))',
    ],
    [
      'corners alone',
      'isNext(Math.floor(at / n)) || isNext(at % n)',
      'isNext(Math.floor(at / n)) && isNext(at % n)',
    ],
    ['near sides alone', 'i === 0 || i === n - 1', 'i === 0'],
    ['far sides alone', 'i === 0 || i === n - 1', 'i === n - 1'],
    ['beyond the far sides', 'i === n - 1', 'i === n'],
    [
      'sides of the first axis alone',
      'isNext(Math.floor(at / n)) || isNext(at % n)',
      'isNext(Math.floor(at / n))',
    ],
    ['sides of the second axis alone', 'isNext(Math.floor(at / n)) || isNext(at % n)', 'isNext(at % n)'],
    ['the whole field', NEXT, 'sum + value * value'],
    ['two layers', 'i === 0 || i === n - 1', 'i <= 1 || i >= n - 2'],
  ),
  ...of(
    'spectrum.ts',
    [
      'PDEBench: a quarter of the plane',
      IN_BAND,
      '=== band && at / n < n / 2 && at % n < n / 2 ? sum + value * value : sum',
    ],
    [
      'rings that leave out the corners',
      IN_BAND,
      '=== band && Math.hypot(at / n, at % n) < n - 1 ? sum + value * value : sum',
    ],
    ['round bands', FINER, '3 * Math.hypot(p, q)'],
    ['the coarser direction', FINER, '3 * Math.min(p, q)'],
    ['the first direction', FINER, '3 * p'],
    ['the second direction', FINER, '3 * q'],
    ['diamonds', FINER, '3 * (p + q)'],
    ['low without its edge', 'finer <= n', 'finer < n'],
    ['mid without its edge', 'finer <= 2 * n', 'finer < 2 * n'],
    ['waves of another length', '(Math.PI * turns) / (n + 1)', '(Math.PI * turns) / n'],
    ['waves not of norm 1', 'Math.sqrt(2 / (n + 1)) * Math.sin', 'Math.sqrt(2 / n) * Math.sin'],
    ['relative to the part in the band', 'if (u !== error)', 'if (n < 0)'],
    ['absolute coefficients', '=== band ? sum + value * value', '=== band ? sum + Math.abs(value)'],
    [
      'transformed along one axis',
      'product(product(transform, u, n), transform, n)',
      'product(transform, u, n)',
    ],
  ),
  ...of(
    'operators/h1.ts',
    ['slopes alone', 'values + energyOf', 'energyOf'],
    ['values alone', 'values + energyOf(nodeOf(u, 0, n), ones, n)', 'values'],
    [
      'slopes that are not squared against h',
      'energyOf(nodeOf(u, 0, n), ones, n)',
      'energyOf(nodeOf(u, 0, n), ones, n) / (n + 1) ** 2',
    ],
  ),
  ...of(
    'operators/energy-error.ts',
    ['the coefficient of the first row for all', 'facesOf(k, row, n)', 'facesOf(k, 0, n)'],
    [
      'no coefficient',
      'energyOf(nodeOf(u, 0, n), facesOf(k, row, n), n)',
      'u.reduce((sum, value) => sum + value * value, 0)',
    ],
  ),
  ...of(
    'diffusion.ts',
    ['a slope over h in place of its square', '(n + 1) ** 2 * total', '(n + 1) * total'],
    ['h = 1/n', '(n + 1) ** 2 * total', 'n ** 2 * total'],
    ['no far walls', 'i <= n; i++', 'i < n; i++'],
    ['no near walls', 'let i = 0; i <= n', 'let i = 1; i <= n'],
    ['harmonic means', FIRST, '2 / (1 / cell(i, j) + 1 / cell(i, j + 1))'],
    ['one cell of the two', FIRST, 'cell(i, j)'],
    ['geometric means', SECOND, 'Math.sqrt(cell(i, j) * cell(i + 1, j))'],
    ['the transposed coefficient', '(row * (n + 1) + i) * (n + 1) + j', '(row * (n + 1) + j) * (n + 1) + i'],
    ['faces of one axis alone', 'total += second(j, i) * (u(j, i) - u(j, i - 1)) ** 2', ''],
    [
      'walls that let nothing through',
      '? 0 : values[from + i * n + j]!',
      '? values[from + Math.min(Math.max(i, 0), n - 1) * n + Math.min(Math.max(j, 0), n - 1)]! : values[from + i * n + j]!',
    ],
    ['an operator without h', 'return (n + 1) ** 2 * (down + across)', 'return down + across'],
    ['a face taken twice', 'first(i + 1, j) * (here - u(i + 1, j))', 'first(i, j) * (here - u(i + 1, j))'],
    [
      'a neighbor taken twice',
      'second(i, j + 1) * (here - u(i, j + 1))',
      'second(i, j + 1) * (here - u(i, j - 1))',
    ],
  ),
  ...of(
    'operators/residual.ts',
    ['absolute', 'Math.sqrt(missed) / Math.sqrt(size)', 'Math.sqrt(missed)'],
    ['a sum in place of a difference', 'f - applyAt', 'f + applyAt'],
    ['relative to a sum', 'size += f * f', 'size += f'],
    ['the coefficient of the first row for all', 'from / (to - from)', '0 / (to - from)'],
    ['the right-hand side of the first row for all', 'rhs[from + i * n + j]', 'rhs[i * n + j]'],
  ),
  ...of(
    'places.ts',
    ['places from 0', 'value(at + 1)', 'value(at)'],
    ['places from 2', 'value(at + 1)', 'value(at + 2)'],
    ['a miss counted as the last place', 'at < 0 ? 0', 'at < 0 ? value(top)'],
    ['no cut-off', LIST, 'row * width, row * width + width'],
    ['cut one too early', LIST, 'row * width, row * width + top - 1'],
    ['cut one too late', LIST, 'row * width, row * width + top + 1'],
    ['the target of the first user for all', 'targets[row]!', 'targets[0]!'],
    [
      'a sum over the users',
      'perRow.reduce((sum, one) => sum + one, 0) / rows',
      'perRow.reduce((sum, one) => sum + one, 0)',
    ],
    [
      'a mean over those who hit',
      'perRow.reduce((sum, one) => sum + one, 0) / rows',
      'perRow.reduce((sum, one) => sum + one, 0) / perRow.filter((one) => one > 0).length',
    ],
  ),
  ...of(
    'recommenders/ndcg.ts',
    ['natural logarithms', 'Math.log2(place + 1)', 'Math.log(place + 1)'],
    ['1 + log2(place)', 'Math.log2(place + 1)', '(1 + Math.log2(place))'],
  ),
  ...of(
    'recommenders/mrr.ts',
    ['places from 2', '1 / place)', '1 / (place + 1))'],
    ['squares', '1 / place)', '1 / place ** 2)'],
  ),
  ...of('recommenders/hit-rate.ts', ['weighted by place', '() => 1)', '(place) => 1 / place)']),
  ...of(
    'recommenders/surprisal.ts',
    ['fillers counted', 'item > 0', 'item >= 0'],
    ['what nobody took is no surprise', 'if (count === 0) return 1', 'if (count === 0) return 0'],
    ['in bits', ' / most', ''],
    ['over the whole cut-off', 'Math.max(1, listed.length)', 'top'],
  ),
  ...of(
    'recommenders/coverage.ts',
    ['fillers counted', 'shown.delete(0)', ''],
    ['a share of what is listed', '(facts.items as number)', '(predicted.rows * top)'],
    ['no cut-off', 'row * width + top', 'row * width + width'],
    ['the first user alone', 'row < predicted.rows', 'row < 1'],
    ['every listing counted', 'shown.size /', '(predicted.rows * top) /'],
  ),
  ...of(
    'steps.ts',
    ['claims are believed', ' && reaches(', ' || reaches('],
    ['protocols change places', 'PROTOCOLS.indexOf(protocol) *', '(1 - PROTOCOLS.indexOf(protocol)) *'],
    ['relative for absolute', "protocol === 'ours'", "protocol !== 'none'"],
    ['absolute for relative', "protocol === 'ours'", "protocol === 'none'"],
    ['a tolerance of the next digits', '10 ** -k!', '10 ** (-k! - 3)'],
    ['what is not reached costs nothing', '? limitOf(n) : count', '? 0 : count'],
    ['a floor for 1e-12 of 1e-9', 'const floor = 4', 'const floor = 1e6'],
  ),
  ...of('preconditioners/reached.ts', ['all that is claimed', '(count < 0 ? 0 : 1)', '(count < -1 ? 0 : 1)']),
]
