/**
 * Two operands of which one is stretched. ONNX Runtime's CPU kernels go over such a pair in stretches of the last axes on which both
 * agree, with some 15 ns for each: with 16 channels that is nine tenths of the time. So short rows are made long before, and
 * what comes out has the same digits.
 *
 *   x [R, C] with a row [C]         the row k times over, x as [R/k, k C]           7 times as fast for C = 16
 *   x [R, C] with a column [R, 1]   the column times ones [1, C], then element by element     1.4 to 2.8 times
 *   x [R, 1] with one number        the number as [1, 1]: as [] it is taken for a row of one   40 times
 */
import { type Shape, sizeOf, uniformOf, type Value } from '../graph.ts'
import type { Builder } from './builder.ts'

const FEW = 256 // rows below which nothing is gained
const LONG = 2048 // elements of a row that is long enough

/** An elementwise operator on two operands that are stretched to `shape`, named already, both float32 where `g.longRows` matters. */
export function onStretched(
  g: Builder,
  op: string,
  [a, b]: readonly [Value, Value],
  [x, y]: readonly [string, string],
  shape: Shape,
): string {
  const plain = (left: string, right: string) => g.add(op, [left, right])
  if (isNumberBesideOnes(b, a)) return plain(x, asOnes(g, b, y, a.shape))
  if (isNumberBesideOnes(a, b)) return plain(asOnes(g, a, x, b.shape), y)
  if (!g.longRows) return plain(x, y)
  const [across, down] = [timesOver(a, b), timesOver(b, a)]
  if (across > 1) return g.reshape(plain(g.reshape(x, widened(a, across)), repeated(g, y, b, across)), shape)
  if (down > 1) return g.reshape(plain(repeated(g, x, a, down), g.reshape(y, widened(b, down))), shape)
  if (isColumn(b, a)) return plain(x, g.add('MatMul', [y, ones(g, a)]))
  if (isColumn(a, b)) return plain(g.add('MatMul', [x, ones(g, b)]), y)
  return plain(x, y)
}

function isNumberBesideOnes(number: Value, { shape }: Value): boolean {
  return (
    sizeOf(number.shape) === 1 &&
    sizeOf(shape) > 1 &&
    shape.at(-1) === 1 &&
    number.shape.length <= shape.length
  )
}

/** With as many axes as reach beyond the last ones of `shape` that are 1. */
function asOnes(g: Builder, number: Value, name: string, shape: Shape): string {
  const behind = shape.length - 1 - shape.findLastIndex((side) => side > 1)
  const axes = Array(behind + 1).fill(1)
  const uniform = uniformOf(number)
  return uniform === undefined ? g.reshape(name, axes) : g.tensor([uniform], axes, number.dtype)
}

/** How often a row of x is to stand beside itself so that it is long; 1 where `row` is no row of x, or x has few. */
function timesOver(x: Value, row: Value): number {
  const columns = x.shape.at(-1) ?? 1
  const rows = sizeOf(x.shape) / columns
  const isRow =
    sizeOf(row.shape) === columns && row.shape.at(-1) === columns && row.shape.length <= x.shape.length
  if (!isRow || columns === 1 || rows < FEW) return 1
  let times = 1
  while (rows % (2 * times) === 0 && 2 * times * columns <= LONG) times *= 2
  return times
}

function widened({ shape }: Value, times: number): Shape {
  const width = times * shape.at(-1)!
  return [sizeOf(shape) / width, width]
}

function repeated(g: Builder, name: string, { shape }: Value, times: number): string {
  return g.add('Tile', [g.reshape(name, [shape.at(-1)!]), g.ints([times])])
}

/** One number for each row of x, which is not long. */
function isColumn(column: Value, { shape }: Value): boolean {
  const columns = shape.at(-1) ?? 1
  const rows = sizeOf(shape) / columns
  const isOne =
    column.shape.length === shape.length && column.shape.at(-1) === 1 && sizeOf(column.shape) === rows
  return isOne && columns > 1 && columns <= 64 && rows >= FEW
}

function ones(g: Builder, { shape }: Value): string {
  const columns = shape.at(-1)!
  return g.tensor(Array(columns).fill(1), [1, columns], 'float32')
}
