/**
 * Where a program runs.
 *   cpu    one ONNX graph in ONNX Runtime
 *   eager  plain TensorFlow.js, op by op: for debugging and as an oracle
 */
import type { Compiled } from './compiled.ts'
import { compileEager } from './eager.ts'
import type { Program } from './program.ts'
import { compileOrt } from './runtime.ts'

export interface EngineOptions {
  device: 'cpu' | 'eager'
  threads: number // of one op; eager has one whatever is asked
}

export async function compileOn(program: Program, { device, threads }: EngineOptions): Promise<Compiled> {
  return device === 'eager' ? compileEager(program) : compileOrt(program, threads)
}
