/**
 * Where the time of a training step goes: npx tsx test/speed/profile.ts <case> [threads] [file.onnx]
 * ONNX Runtime's own profile of some steps, summed by operator and by the kernel of TensorFlow.js that it was lowered from,
 * as shares of the time of all operators. With a file name the graph is written there.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { zeros } from '../../tensor/compiled.ts'
import { lower } from '../../tensor/lower/graph.ts'
import { encodeModel } from '../../tensor/onnx.ts'
import { prefixed } from '../../tensor/program.ts'
import { traceProgram } from '../../tensor/runtime.ts'
import { stepProgram } from '../../tensor/step.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { batchOf, cases } from './train-models.ts'

const STEPS = 10
const [name, threads = '1', file] = process.argv.slice(2)
const it = await cases[name!]!()
const program = stepProgram({ ...it, optimizer: { name: 'adam' } })
const begun = performance.now()
const { graph } = traceProgram(program)
const traced = performance.now()
const model = encodeModel(lower(graph, (output) => `next/${output}`))
const lowered = performance.now()
if (file !== undefined) writeFileSync(file, model)
const folder = mkdtempSync(join(tmpdir(), 'fieldrank-profile-'))
const session = await InferenceSession.create(model, {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  enableProfiling: true,
  profileFilePrefix: join(folder, 'profile'),
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
})
const opened = performance.now()
for (let step = 0; step < STEPS; step++) await session.run(feeds())
session.endProfiling()
report(JSON.parse(readFileSync(join(folder, readProfileName()), 'utf8')))
await session.release()
rmSync(folder, { recursive: true })

interface Event {
  cat: string
  name: string
  dur: number // microseconds
  args?: { op_name?: string }
}

function report(events: readonly Event[]): void {
  const [ops, kernels, counts] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ]
  let [total, count] = [0, 0]
  for (const { cat, name: node, dur, args } of events) {
    if (cat !== 'Node' || args?.op_name === undefined || !node.endsWith('_kernel_time')) continue
    add(ops, args.op_name, dur)
    add(counts, args.op_name, 1 / STEPS)
    add(kernels, `${node.split('/')[0]} → ${args.op_name}`, dur)
    total += dur
    count++
  }
  const ms = (time: number) => time.toFixed(0)
  console.log(
    `${name}: trace ${ms(traced - begun)} ms, lowering ${ms(lowered - traced)}, session ${ms(opened - lowered)}; ` +
      `${count / STEPS} operators a step, ${(total / STEPS / 1000).toFixed(1)} ms in them`,
  )
  for (const table of [ops, kernels]) {
    const rows = [...table].toSorted(([, a], [, b]) => b - a).slice(0, 14)
    for (const [key, time] of rows) {
      const times = counts.has(key) ? ` × ${counts.get(key)!.toFixed(0)}` : ''
      console.log(`  ${((100 * time) / total).toFixed(1).padStart(5)} %  ${key}${times}`)
    }
    console.log()
  }
}

function add(table: Map<string, number>, key: string, value: number): void {
  table.set(key, (table.get(key) ?? 0) + value)
}

function feeds(): Record<string, Tensor> {
  const fed: Record<string, HostTensor> = prefixed('feeds', batchOf(it))
  for (const [key, declared] of Object.entries(program.inputs)) fed[key] ??= small(zeros(declared))
  return Object.fromEntries(
    session.inputNames.map((key) => {
      const { dtype, data, shape } = fed[key]!
      return [key, new Tensor(dtype, data as Float32Array, shape)]
    }),
  )
}

/** Ordinary numbers: vanishing ones would be slow, and zeros nothing to compute with. */
function small(tensor: HostTensor): HostTensor {
  return {
    ...tensor,
    data: tensor.data.map((_: number, i: number) => ((i * 7) % 13) / 130 + 0.01) as Float32Array,
  }
}

function readProfileName(): string {
  return readdirSync(folder).find((entry) => entry.endsWith('.json'))!
}
