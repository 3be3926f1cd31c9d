/**
 * The two programs of the solver for one size of grid and batch, compiled on a device: `prepare` makes the hierarchy of a
 * batch of matrices, `advance` takes some iterations. What they hand to each other stays on the device (webgpu); the host
 * sees three numbers a lane after each `advance`, and x when it asks.
 */
import type { Declared } from '../../contracts.ts'
import { type Compiled, zeros } from '../../tensor/compiled.ts'
import { compileOn, type Device } from '../../tensor/devices.ts'
import type { HostTensor, Tensor } from '../../tensor/index.ts'
import type { Named, Program } from '../../tensor/program.ts'
import { type Descent, descend } from './cycle.ts'
import { buildHierarchy, type Grid, placed } from './hierarchy.ts'
import { CHILDREN, type Level, levelsOf, PARENTS } from './levels.ts'

/** Iterations between two looks of the host at ‖r‖: three reach 1e-3 in most cases. */
const LOOK = 3

export interface MultigridEngine {
  levels: readonly Level[]
  batch: number
  /** The hierarchy of these matrices: finest `off` [4, N, B] and `excess` [N, B], points by `levels[0].place`. */
  prepare(off: Float32Array, excess: Float32Array): Promise<void>
  /** M-preconditioned conjugate gradients for A x = r from x = 0, lane by lane, until ‖r‖² ≤ stop or `limit` iterations. */
  solve(r: Float32Array, stop: Float32Array, limit: Float32Array): Promise<Inner>
  /** One after the other: two solves share the memory of the engine. */
  turn<T>(work: () => Promise<T>): Promise<T>
  dispose(): Promise<void>
}
export interface Inner {
  x: Float32Array // [N, B]
  used: Float32Array // [B]
  sound: boolean[] // no direction of negative curvature was met, and r is finite
}

export async function openEngine(
  n: number,
  batch: number,
  device: Device,
  threads: number,
): Promise<MultigridEngine> {
  const levels = levelsOf(n)
  const points = n * n
  const options = { device, threads }
  const prepare = await compileOn(prepareProgram(levels, batch), options)
  const advance = await compileOn(advanceProgram(levels, batch), options)
  const hierarchy = blank(hierarchyShapes(levels, batch))
  let states = [blank(stateShapes(points, batch)), blank(stateShapes(points, batch))] as const
  let queue: Promise<unknown> = Promise.resolve()

  return {
    levels,
    batch,
    async prepare(off, excess) {
      const inputs = { off: tensor(off, [4, points, batch]), excess: tensor(excess, [points, batch]) }
      await prepare.run(inputs, hierarchy)
    },
    async solve(r, stop, limit) {
      const bounds = { stop: tensor(stop, [batch]), limit: tensor(limit, [batch]) }
      let now: Record<string, HostTensor> = { ...startOf(points, batch), r: tensor(r, [points, batch]) }
      for (;;) {
        const report = await step(advance, { ...hierarchy, ...bounds, ...now }, states[1])
        states = [states[1], states[0]]
        now = states[0]
        const [size, least, used] = [0, 1, 2].map((row) => report.subarray(row * batch, (row + 1) * batch))
        const sound = [...least!].map((value, b) => value > 0 && Number.isFinite(size![b]!))
        const done = sound.every((is, b) => !is || size![b]! <= stop[b]! || used![b]! >= limit[b]!)
        if (!done) continue
        await advance.fetch({ x: now.x! })
        return { x: now.x!.data as Float32Array, used: used!, sound }
      }
    },
    turn<T>(work: () => Promise<T>) {
      const mine = queue.then(work)
      queue = mine.catch(() => {})
      return mine
    },
    async dispose() {
      await Promise.all([prepare.dispose(), advance.dispose()])
    },
  }
}

async function step(
  advance: Compiled,
  inputs: Named<HostTensor>,
  into: Named<HostTensor>,
): Promise<Float32Array> {
  const { report } = await advance.run(inputs, into)
  return report!.data as Float32Array
}

function prepareProgram(levels: readonly Level[], batch: number): Program {
  const { points } = levels[0]!
  return {
    inputs: { off: float([4, points, batch]), excess: float([points, batch]) },
    resident: Object.keys(hierarchyShapes(levels, batch)),
    run({ off, excess }) {
      const grids = buildHierarchy({ off: off!, excess: excess! }, placed(levels))
      const outputs: Record<string, Tensor> = {}
      for (const [l, grid] of grids.entries())
        for (const [name, value] of Object.entries(grid))
          if (value !== null) outputs[`${name}${l}`] = value as Tensor
      return outputs
    },
  }
}

function advanceProgram(levels: readonly Level[], batch: number): Program {
  const state = stateShapes(levels[0]!.points, batch)
  const lane = float([batch])
  return {
    inputs: { ...hierarchyShapes(levels, batch), ...state, stop: lane, limit: lane },
    resident: Object.keys(state),
    run(inputs) {
      const grids = levels.map((_, l) => gridOf(inputs, l))
      const start = inputs as unknown as Descent
      const bounds = { stop: inputs.stop!, limit: inputs.limit!, count: LOOK }
      const { end, report } = descend(grids, placed(levels), start, bounds)
      return { ...end, report }
    },
  }
}

function gridOf(inputs: Named<Tensor>, level: number): Grid {
  const of = (name: string) => inputs[`${name}${level}`]
  return {
    off: of('off')!,
    excess: of('excess')!,
    inverse: of('inverse')!,
    weights: of('weights') ?? null,
    gathered: of('gathered') ?? null,
  }
}

function hierarchyShapes(levels: readonly Level[], batch: number): Record<string, Declared> {
  const shapes: Record<string, Declared> = {}
  for (const [l, { points, directions, transfer }] of levels.entries()) {
    shapes[`off${l}`] = float([directions.length, points, batch])
    shapes[`excess${l}`] = float([points, batch])
    shapes[`inverse${l}`] = float([points, batch])
    if (transfer === null) continue
    shapes[`weights${l}`] = float([PARENTS, points, batch])
    shapes[`gathered${l}`] = float([CHILDREN, transfer.counts.coarse, batch])
  }
  return shapes
}

function stateShapes(points: number, batch: number): Record<keyof Descent, Declared> {
  const [field, lane] = [float([points, batch]), float([batch])]
  return { x: field, r: field, p: field, rz: lane, used: lane }
}

function startOf(points: number, batch: number): Record<string, HostTensor> {
  const { r: _, ...start } = blank(stateShapes(points, batch))
  return { ...start, rz: tensor(new Float32Array(batch).fill(1), [batch]) } // times p = 0: any number but 0 will do
}

function blank(shapes: Named<Declared>): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(shapes).map(([name, declared]) => [name, zeros(declared)]))
}

function tensor(data: Float32Array, shape: readonly number[]): HostTensor {
  return { dtype: 'float32', shape, data }
}

function float(shape: readonly number[]): Declared {
  return { shape, dtype: 'float32' }
}
