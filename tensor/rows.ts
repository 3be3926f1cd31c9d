/**
 * A training step that sees a few rows of a large table. The whole table and what its optimizer remembers of it lie in host
 * memory; the step is compiled for U rows, which are copied in before it and out after it, so a step costs what U rows cost.
 *
 * Lazy: the optimizer acts on the rows that a step touched and on no other. Adam's, for a row that is touched at step t:
 *
 *   m ← β1 m + (1 − β1) g;   v ← β2 v + (1 − β2) g²      m and v as the step left them that touched the row last
 *   w ← w − r (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + ε)   t counts all steps, not those that touched the row
 *
 * as SparseAdam in PyTorch and LazyAdam in TensorFlow Addons; Kingma & Ba, arXiv:1412.6980, has the dense one, in which m and v
 * of a row without a gradient fade and w goes on moving. Where all rows are touched the two are one. The same holds for any
 * optimizer that acts number by number; decay of weights, too, reaches touched rows only.
 */
import type { EngineOptions } from './devices.ts'
import { openOptimizer } from './optimizers.ts'
import type { StepSpec } from './step.ts'
import { compileStep, type OpenStep, type StepState } from './training.ts'
import type { HostTensor } from './types.ts'

export interface RowStep extends Omit<OpenStep, 'run' | 'lend' | 'averages'> {
  readonly table: HostTensor // as it is now
  /** Copies these rows of the table into the first places of the step, for a probe or the next run. */
  place(rows: Int32Array): Promise<void>
  /** One step on the rows of the last `place`, of which the first `touched` are updated. Returns the loss before it. */
  run(fed: Parameters<OpenStep['run']>, touched: number): Promise<number>
}

/** `spec.weights` holds the whole table [N, …] under the name `table`, which is taken over; `rows` is U, and is what the loss is built with. */
export async function compileRowStep(
  spec: StepSpec,
  { table: name, rows: count }: { table: string; rows: number },
  options: EngineOptions,
): Promise<RowStep> {
  const start = spec.weights.get(name)!
  const width = start.data.length / start.shape[0]!
  const part: HostTensor = {
    ...start,
    shape: [count, ...start.shape.slice(1)],
    data: new Float32Array(count * width),
  }
  const step = await compileStep(
    { ...spec, weights: new Map([...spec.weights, [name, part]]), apart: name },
    options,
  )
  const wholes = wholesOf(name, start, spec)
  const memory = [...wholes.keys()].filter((key) => key !== `weights/${name}`)
  let placed: Int32Array = new Int32Array(0)

  const copyIn = (keys: readonly string[]) =>
    step.lend(keys, (kept) => {
      for (const key of keys) gatherRows(wholes.get(key)!, placed, kept[key]!)
    })

  return {
    noise: step.noise,
    probe: step.probe,
    get table() {
      return wholes.get(`weights/${name}`)!
    },
    async place(rows) {
      placed = rows
      await copyIn([`weights/${name}`])
    },
    async run(fed, touched) {
      await copyIn(memory)
      const loss = await step.run(...fed)
      const rows = placed.subarray(0, touched)
      await step.lend([...wholes.keys()], (kept) => {
        for (const [key, whole] of wholes) scatterRows(kept[key]!, rows, whole)
      })
      return loss
    },
    async weights() {
      const own = new Map(await step.weights())
      return own.set(name, copyOf(wholes.get(`weights/${name}`)!)) // in its place among them
    },
    /** The tables are handed out as they lie in memory: a copy would double what is largest. */
    async state(): Promise<StepState> {
      const { steps, kept } = await step.state()
      return { steps, kept: new Map([...kept, ...wholes]) }
    },
    /** Takes the tables over. */
    restore({ steps, kept }) {
      const small = new Map(kept)
      for (const [key, { shape, dtype, data }] of wholes) {
        const given = kept.get(key)
        if (given?.shape.join() !== shape.join())
          throw new Error('restore: the state is that of another training step')
        wholes.set(key, given)
        small.set(key, { shape: [count, ...shape.slice(1)], dtype, data: data.subarray(0, count * width) }) // placed before it is read
      }
      step.restore({ steps, kept: small })
    },
    async dispose() {
      wholes.clear()
      await step.dispose()
    },
  }
}

/** Whether an optimizer acts number by number on matrices of any size: then it can act on some rows of one. */
export function actsOnRows({ name, params }: StepSpec['optimizer']): boolean {
  const { optimizer, settings } = openOptimizer(name, params)
  return !optimizer.alone([2, 2], settings)
}

/** The table itself, which is trained where it lies, and its memory at zero: pages that no row has touched take no memory. */
function wholesOf(name: string, start: HostTensor, { optimizer }: StepSpec): Map<string, HostTensor> {
  const { optimizer: opened, settings } = openOptimizer(optimizer.name, optimizer.params)
  const slots = Object.keys(opened.memory(settings, start.shape))
  const zero = (): HostTensor => ({ ...start, data: new Float32Array(start.data.length) })
  return new Map([
    [`weights/${name}`, start],
    ...slots.map((slot) => [`memory/${slot}/${name}`, zero()] as const),
  ])
}

/** to[i] = from[rows[i]] */
export function gatherRows(
  { data: from, shape }: HostTensor,
  rows: Int32Array,
  { data: to }: HostTensor,
): void {
  const width = from.length / shape[0]!
  for (let i = 0; i < rows.length; i++) {
    const [here, there] = [i * width, rows[i]! * width]
    for (let d = 0; d < width; d++) to[here + d] = from[there + d]!
  }
}

/** to[rows[i]] = from[i] */
function scatterRows({ data: from }: HostTensor, rows: Int32Array, { data: to, shape }: HostTensor): void {
  const width = to.length / shape[0]!
  for (let i = 0; i < rows.length; i++) {
    const [here, there] = [i * width, rows[i]! * width]
    for (let d = 0; d < width; d++) to[there + d] = from[here + d]!
  }
}

function copyOf({ shape, dtype, data }: HostTensor): HostTensor {
  return { shape, dtype, data: data.slice() }
}
