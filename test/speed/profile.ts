/**
 * Where the time of a training step goes: npx tsx test/speed/profile.ts <case> [threads] [file.onnx]
 * A case is one of train-models.ts, or small/<model>: a model of track operators as profile `small` trains it.
 * ONNX Runtime's own profile of some steps, the median of each node summed by operator and by the kernel of TensorFlow.js
 * that it was lowered from, as shares of the time of all operators. With a file name the graph is written there.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { channelBlock } from '../../tensor/channel-block.ts'
import { zeros } from '../../tensor/compiled.ts'
import { pack } from '../../tensor/layout.ts'
import { lower } from '../../tensor/lower/graph.ts'
import { encodeModel } from '../../tensor/onnx.ts'
import { prefixed, unprefixed } from '../../tensor/program.ts'
import { outputName, toOrt, traceProgram } from '../../tensor/runtime.ts'
import { stepProgram } from '../../tensor/step.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { smallCases } from './small-models.ts'
import { batchOf, cases } from './train-models.ts'

const STEPS = 20
const [name, threads = '1', file] = process.argv.slice(2)
const it = await (name!.startsWith('small/') ? smallCases[name!.slice(6)]! : cases[name!]!)()
const program = stepProgram({ ...it, optimizer: { name: 'adam' } })
const begun = performance.now()
const { graph } = traceProgram(program)
const traced = performance.now()
const model = encodeModel(lower(graph, outputName, { channelBlock: await channelBlock() }))
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
const fed = firstFeeds()
for (let step = 1; step <= STEPS; step++) await takeStep(step)
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
  const nodes = timesOf(events)
  let total = 0
  for (const [node, { op, times }] of nodes) {
    const time = times.toSorted((a, b) => a - b)[times.length >> 1]!
    add(ops, op, time)
    add(counts, op, 1)
    add(kernels, `${node.split('/')[0]} → ${op}`, time)
    total += time
  }
  const ms = (time: number) => time.toFixed(0)
  console.log(
    `${name}: trace ${ms(traced - begun)} ms, lowering ${ms(lowered - traced)}, session ${ms(opened - lowered)}; ` +
      `${nodes.size} operators a step, ${(total / 1000).toFixed(1)} ms in them`,
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

/** What each node took at each step, in microseconds. */
function timesOf(events: readonly Event[]): Map<string, { op: string; times: number[] }> {
  const nodes = new Map<string, { op: string; times: number[] }>()
  for (const { cat, name: node, dur, args } of events) {
    if (cat !== 'Node' || args?.op_name === undefined || !node.endsWith('_kernel_time')) continue
    const known = nodes.get(node) ?? { op: args.op_name, times: [] }
    known.times.push(dur)
    nodes.set(node, known)
  }
  return nodes
}

function add(table: Map<string, number>, key: string, value: number): void {
  table.set(key, (table.get(key) ?? 0) + value)
}

/** What a step is given: the case's own weights at first, then what the last step made of them. */
function firstFeeds(): Record<string, HostTensor> {
  const fed: Record<string, HostTensor> = prefixed('feeds', batchOf(it))
  for (const [key, declared] of Object.entries(program.inputs)) fed[key] ??= zeros(declared)
  pack(program.groups, it.weights, unprefixed('weights', fed))
  return fed
}

async function takeStep(step: number): Promise<void> {
  for (const [key, value] of Object.entries(program.scalars(step, 1e-3)))
    fed[`scalars/${key}`]!.data[0] = value
  const given = session.inputNames.map((key) => [key, toOrt(fed[key]!)] as const)
  const results = await session.run(Object.fromEntries(given))
  for (const key of Object.keys(program.kept))
    fed[key]!.data.set(results[outputName(key)]!.data as Float32Array)
}

function readProfileName(): string {
  return readdirSync(folder).find((entry) => entry.endsWith('.json'))!
}
