/**
 * The devices `webgpu` and `cuda`: a program as one ONNX graph on a GPU, by the providers of ONNX Runtime.
 *
 * What a program names as `resident` stays on the device from run to run (webgpu; with cuda it crosses the bus, because
 * ONNX Runtime for Node gives no CUDA memory away): its place in host memory is only a handle until `fetch`. All else comes
 * back to the host: the loss does.
 *
 * Nodes that the provider cannot run would be run on the CPU without a word, with a copy there and back. A session is first
 * asked for without that; where it is refused, the nodes are named to `say`.
 */
import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node'
import type { Declared } from '../contracts.ts'
import { type Compiled, checkInputs, zeros } from './compiled.ts'
import { lower } from './lower/graph.ts'
import { dtypeOf } from './noise.ts'
import { encodeModel } from './onnx.ts'
import { nodesOnCpu, type Place } from './placement.ts'
import type { Named, Program } from './program.ts'
import { outputName, toOrt, traceProgram } from './runtime.ts'
import type { Dtype, HostTensor } from './types.ts'

export type Provider = 'webgpu' | 'cuda'
type Say = (line: string) => void

/** What lies on a device in place of host memory. */
const held = new WeakMap<HostTensor, OrtTensor>()

export async function compileOnGpu(program: Program, provider: Provider, say: Say): Promise<Compiled> {
  const { graph, requests } = traceProgram(program)
  const resident = new Set(provider === 'webgpu' ? (program.resident ?? []) : [])
  const composeSines = provider === 'webgpu'
  const session = await open(encodeModel(lower(graph, outputName, { composeSines })), provider, resident, say)
  const declared: Record<string, Declared> = { ...program.inputs }
  for (const { name, shape, law } of requests) declared[`noise/${name}`] = { shape, dtype: dtypeOf(law) }
  const ends = [...graph.outputs].map(([name, { shape, dtype }]) => {
    const end: Declared = { shape: [...shape], dtype: (dtype === 'bool' ? 'int32' : dtype) as Dtype }
    return [name, end] as const
  })
  const mine = new Set<HostTensor>()
  /** Nobody could free what lies behind a fresh tensor. */
  const bring = async (fresh: Named<HostTensor>) => {
    await fetchAll(fresh, provider)
    for (const place of Object.values(fresh)) if (mine.delete(place)) free(place)
  }

  return {
    noise: requests,
    async run(inputs, into = {}) {
      checkInputs(declared, inputs)
      const feeds: Record<string, OrtTensor> = {}
      for (const name of session.inputNames) feeds[name] = held.get(inputs[name]!) ?? toOrt(inputs[name]!)
      const results = await session.run(feeds)
      const outputs: Record<string, HostTensor> = {}
      for (const [name, end] of ends) {
        const [result, place] = [results[outputName(name)]!, into[name] ?? zeros(end)]
        outputs[name] = place
        free(place)
        if (result.location === 'cpu') place.data.set(result.data as Float32Array)
        else mine.add(place) && held.set(place, result)
      }
      await bring(Object.fromEntries(Object.entries(outputs).filter(([name]) => into[name] === undefined)))
      return outputs
    },
    fetch: (tensors) => fetchAll(tensors, provider),
    changed(tensors) {
      for (const tensor of Object.values(tensors)) free(tensor)
    },
    async dispose() {
      for (const place of mine) free(place)
      await session.release()
    },
  }
}

/** A session of the provider alone, and why there is none where there is none. */
export async function tryProvider(provider: Provider): Promise<Error | null> {
  const declared: Declared = { shape: [1], dtype: 'float32' }
  const program: Program = { inputs: { x: declared }, run: ({ x }) => ({ y: x!.add(x!) }) }
  try {
    const compiled = await compileOnGpu(program, provider, () => {})
    await compiled.dispose()
    return null
  } catch (error) {
    return error as Error
  }
}

function free(place: HostTensor): void {
  held.get(place)?.dispose()
  held.delete(place)
}

/** Through a graph that hands on its inputs: asking a tensor on the device for its data ends the process (1.30.0). */
async function fetchAll(tensors: Named<HostTensor>, provider: Provider): Promise<void> {
  const away = Object.entries(tensors).filter(([, tensor]) => held.has(tensor))
  if (away.length === 0) return
  const inputs = Object.fromEntries(away.map(([name, { shape, dtype }]) => [name, { shape, dtype }]))
  const session = await fetching(inputs, provider)
  const feeds = Object.fromEntries(away.map(([name, tensor]) => [name, held.get(tensor)!]))
  const results = await session.run(feeds)
  for (const [name, tensor] of away) tensor.data.set(results[outputName(name)]!.data as Float32Array)
}

const fetchers = new Map<string, Promise<InferenceSession>>()

/** One session for each list of shapes, kept for the process: weights are fetched once an epoch. */
function fetching(inputs: Named<Declared>, provider: Provider): Promise<InferenceSession> {
  const key = JSON.stringify([provider, inputs])
  const made = () => {
    const { graph } = traceProgram({ inputs, run: (tensors) => ({ ...tensors }) })
    return open(encodeModel(lower(graph, outputName)), provider, new Set(), () => {})
  }
  const session = fetchers.get(key) ?? made()
  fetchers.set(key, session)
  return session
}

async function open(
  model: Uint8Array,
  provider: Provider,
  resident: ReadonlySet<string>,
  say: Say,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4, // it says in the exception what it would print
    ...(resident.size === 0 ? {} : { preferredOutputLocation: locations(resident) }),
  }
  const alone = { ...options, extra: { session: { disable_cpu_ep_fallback: '1' } } }
  try {
    return await InferenceSession.create(model, alone)
  } catch (error) {
    if (!/fallback to CPU EP has been explicitly disabled/.test(String(error))) throw error
    const away = await nodesOnCpu(model, options)
    say(`device '${provider}': ${sentence(away)}`)
    return InferenceSession.create(model, options)
  }
}

function locations(resident: ReadonlySet<string>): Record<string, 'gpu-buffer'> {
  return Object.fromEntries([...resident].map((name) => [outputName(name), 'gpu-buffer']))
}

/** `3 of 412 nodes run on the cpu, where the provider has no kernel for them: Cast (2), Unsqueeze (1)` */
function sentence({ nodes, onCpu }: { nodes: number; onCpu: readonly Place[] }): string {
  const counts = new Map<string, number>()
  for (const { op } of onCpu) counts.set(op, (counts.get(op) ?? 0) + 1)
  const list = [...counts].map(([op, count]) => `${op} (${count})`).join(', ')
  return `${onCpu.length} of ${nodes} nodes run on the cpu, where the provider has no kernel for them: ${list}`
}
