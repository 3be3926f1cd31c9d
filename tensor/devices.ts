/**
 * Where a program runs.
 *   cpu         one ONNX graph in ONNX Runtime, on its CPU provider
 *   eager       plain TensorFlow.js, op by op: for debugging and as an oracle
 *   tensorflow  op by op on libtensorflow, with a GPU where there is one: `npm i @tensorflow/tfjs-node-gpu` (or tfjs-node).
 *               Its install step downloads, so it is an optional peer. Where our tests run it cannot be installed: what is
 *               tested is that its absence is one sentence.
 * ONNX Runtime has providers for WebGPU and CUDA, which nobody has tried with these graphs on a real GPU yet.
 */
import type { Compiled } from './compiled.ts'
import { compileEager } from './eager.ts'
import type { Program } from './program.ts'
import { compileOrt } from './runtime.ts'

export const devices = ['cpu', 'eager', 'tensorflow'] as const
export type Device = (typeof devices)[number]

export interface EngineOptions {
  device: Device
  threads: number // that one op may use; eager has one whatever is asked
}

export async function compileOn(program: Program, { device, threads }: EngineOptions): Promise<Compiled> {
  if (device === 'cpu') return compileOrt(program, threads)
  const missing = await whyNot(device)
  if (missing !== null) throw new Error(missing)
  return compileEager(program, device === 'eager' ? 'cpu' : 'tensorflow')
}

/** Why a device cannot be used on this machine, as a sentence; null when it can. Loads what it needs. */
export async function whyNot(device: Device): Promise<string | null> {
  if (device !== 'tensorflow') return null
  const reasons: string[] = []
  for (const name of PEERS) {
    try {
      await import(name) // registers the backend 'tensorflow'
      return null
    } catch (error) {
      reasons.push(`${name}: ${String((error as Error).message).split('\n')[0]}`)
    }
  }
  return `device 'tensorflow' needs one of ${PEERS.join(', ')}, and none could be loaded (${reasons.join('; ')})`
}

const PEERS: readonly string[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']
