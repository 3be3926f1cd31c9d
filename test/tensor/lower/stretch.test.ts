import assert from 'node:assert/strict'
import { lower } from '../../../tensor/lower/graph.ts'
import { outputName, traceProgram } from '../../../tensor/runtime.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { onBoth } from '../on-both.ts'

type Shapes = Record<string, number[]>

/** What the graph holds beside the operator itself. */
const cases: [name: string, shapes: Shapes, f: (x: Tensor, y: Tensor) => Tensor, beside: string[]][] = [
  ['a row', { x: [16, 32, 16], y: [16] }, (x, y) => x.mul(y), ['Tile']],
  ['a row as [1, 1, C]', { x: [16, 32, 16], y: [1, 1, 16] }, (x, y) => x.add(y), ['Tile']],
  ['a row that something is taken from', { x: [512, 3], y: [3] }, (x, y) => y.sub(x), ['Tile']],
  ['a row by which is divided', { x: [8, 8, 8, 24], y: [24] }, (x, y) => x.div(y.square().add(1)), ['Tile']],
  ['a row beside few', { x: [8, 16], y: [16] }, (x, y) => x.mul(y), []],
  ['an odd number of rows', { x: [513, 16], y: [16] }, (x, y) => x.mul(y), []],
  ['a long row', { x: [512, 2048], y: [2048] }, (x, y) => x.mul(y), []],
  ['a column', { x: [16, 32, 16], y: [16, 32, 1] }, (x, y) => x.mul(y), ['MatMul']],
  ['a column that something is taken from', { x: [300, 5], y: [300, 1] }, (x, y) => y.sub(x), ['MatMul']],
  ['a column of a batch alone', { x: [16, 32, 16], y: [16, 1, 1] }, (x, y) => x.mul(y), []],
  ['one number beside a column', { x: [64, 1], y: [1] }, (x, y) => x.mul(y), ['Reshape']],
  ['one number beside two sides of one', { x: [8, 1, 1], y: [] }, (x, y) => y.sub(x), ['Reshape']],
  ['a constant beside a column', { x: [64, 1], y: [64, 1] }, (x, y) => x.mul(0.3).add(y), []],
  ['one number that has more sides', { x: [4, 1], y: [1, 1, 1] }, (x, y) => x.add(y), []],
  ['both stretched', { x: [300, 1], y: [1, 4] }, (x, y) => x.mul(y), []],
]

describe('tensor lowering: stretched operands', () => {
  for (const [name, shapes, f, beside] of cases)
    it(name, async () => {
      const inputs = Object.fromEntries(
        Object.entries(shapes).map(([key, shape]) => [key, { shape, dtype: 'float32' as const }]),
      )
      const { graph } = traceProgram({ inputs, run: ({ x, y }) => ({ z: f(x!, y!) }) })
      const ops = lower(graph, outputName, { longRows: true }).nodes.map(({ op }) => op)
      const extra = ['Tile', 'MatMul'].filter((op) => ops.includes(op))
      assert.deepEqual(extra.length > 0 || !ops.includes('Reshape') ? extra : ['Reshape'], beside)
      assert.ok(!lower(graph, outputName).nodes.some(({ op }) => op === 'Tile' || op === 'MatMul')) // exports, GPUs

      const [compiled, eager] = await onBoth(shapes, f as (...xs: Tensor[]) => Tensor)
      assert.equal(compiled.length, eager.length)
      for (const [i, z] of compiled.entries())
        assert.ok(Math.abs(z - eager[i]!) <= 1e-6 * Math.abs(eager[i]!), `${z}, ${eager[i]}`) // the same roundings, but for a quotient
    })
})
