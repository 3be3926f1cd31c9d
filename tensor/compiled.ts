/** What every device makes of a program, and the checks that come before feeding one. */
import type { Declared } from '../contracts.ts'
import { sizeOf } from './graph.ts'
import type { Named, NoiseRequest } from './program.ts'
import type { HostTensor } from './types.ts'

export interface Compiled {
  noise: readonly NoiseRequest[]
  /** Outputs are written into `into` where it holds a tensor of that name; the others are fresh. */
  run(inputs: Named<HostTensor>, into?: Named<HostTensor>): Promise<Record<string, HostTensor>>
  /**
   * A tensor given in `into` under a name that the program calls resident may stay on the device: it can be fed to any
   * program there, and its memory here is stale until this brings the values. Where the device is the host, nothing to do.
   */
  fetch(tensors: Named<HostTensor>): Promise<void>
  /** Their memory here was written to: it is what will be fed, whatever lies on the device. */
  changed(tensors: Named<HostTensor>): void
  dispose(): Promise<void>
}

/** Names, shapes, types and lengths must be the declared ones: a compiled graph has fixed shapes. */
export function checkInputs(declared: Named<Declared>, given: Named<HostTensor>): void {
  for (const [name, { shape, dtype }] of Object.entries(declared)) {
    const tensor = given[name]
    if (tensor === undefined) throw new Error(`input '${name}' is missing`)
    const same = tensor.dtype === dtype && tensor.shape.join() === shape.join()
    if (!same || tensor.data.length !== sizeOf(shape))
      throw new Error(
        `input '${name}': must be ${dtype} [${shape.join(', ')}] (got ${tensor.dtype} [${tensor.shape.join(', ')}] ` +
          `with ${tensor.data.length} values)`,
      )
  }
  for (const name of Object.keys(given))
    if (declared[name] === undefined) throw new Error(`input '${name}' was not declared`)
}

export function zeros({ shape, dtype }: Declared): HostTensor {
  const length = sizeOf(shape)
  return {
    shape: [...shape],
    dtype,
    data: dtype === 'int32' ? new Int32Array(length) : new Float32Array(length),
  }
}

/** A copy in host memory; what is bool in a graph is int32 outside of it. */
export function hostTensor(shape: readonly number[], dtype: string, values: Iterable<number>): HostTensor {
  if (dtype === 'float32') return { shape: [...shape], dtype, data: Float32Array.from(values) }
  if (dtype === 'int32' || dtype === 'bool')
    return { shape: [...shape], dtype: 'int32', data: Int32Array.from(values) }
  throw new Error(`a tensor of type ${dtype} cannot leave the engine`)
}
