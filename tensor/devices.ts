/**
 * Where a program runs.
 *   cpu    one ONNX graph in ONNX Runtime, on its CPU provider
 *   eager  plain TensorFlow.js, op by op: for debugging and as an oracle
 * No GPU yet. ONNX Runtime has providers for WebGPU and CUDA, which nobody has tried with these graphs on a real GPU.
 */
import type { Compiled } from './compiled.ts'
import { compileEager } from './eager.ts'
import type { Program } from './program.ts'
import { compileOrt } from './runtime.ts'

export const devices = ['cpu', 'eager'] as const
export type Device = (typeof devices)[number]

export interface EngineOptions {
  device: Device
  threads: number // that one op may use; eager has one whatever is asked
}

export async function compileOn(program: Program, { device, threads }: EngineOptions): Promise<Compiled> {
  return device === 'eager' ? compileEager(program) : compileOrt(program, threads)
}
