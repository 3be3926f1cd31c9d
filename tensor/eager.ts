/**
 * The devices `eager` and `tensorflow`: the program runs op by op in plain TensorFlow.js, so that any tensor can be printed on the way.
 * It is the oracle of the tests, and one to two orders of magnitude slower than a compiled graph.
 */
import type { Declared } from '../contracts.ts'
import { type Compiled, checkInputs, hostTensor, zeros } from './compiled.ts'
import { dtypeOf } from './noise.ts'
import { type Named, type Program, recordNoise } from './program.ts'
import { withoutRandomness } from './random.ts'
import * as tf from './tf.ts'
import type { HostTensor, Tensor } from './types.ts'

/** Runs the program once, on zeros, to learn what noise it wants. */
export function compileEager(program: Program, backend = 'cpu'): Compiled {
  const blank: Record<string, HostTensor> = {}
  for (const [name, declared] of Object.entries(program.inputs)) blank[name] = zeros(declared)
  const { requests } = runOn(program, blank, backend)
  const declared: Record<string, Declared> = { ...program.inputs }
  for (const { name, shape, law } of requests) declared[`noise/${name}`] = { shape, dtype: dtypeOf(law) }

  return {
    noise: requests,
    async run(inputs, into = {}) {
      checkInputs(declared, inputs)
      const { outputs } = runOn(program, inputs, backend)
      for (const [name, { data }] of Object.entries(into)) data.set(outputs[name]!.data)
      return { ...outputs, ...into }
    },
    async fetch() {}, // it is there
    changed() {},
    async dispose() {},
  }
}

/** Noise that is not among the inputs is zero. */
function runOn(program: Program, inputs: Named<HostTensor>, backend: string) {
  void tf.setBackend(backend) // takes effect at once
  const outputs: Record<string, HostTensor> = {}
  const { noise, requests } = recordNoise((name, wanted) => toTensor(inputs[name] ?? zeros(wanted)))
  tf.tidy(() => {
    const tensors: Record<string, Tensor> = {}
    for (const [name, value] of Object.entries(inputs)) tensors[name] = toTensor(value)
    const results = withoutRandomness(() => program.run(tensors, noise))
    for (const [name, result] of Object.entries(results))
      outputs[name] = hostTensor(result.shape, result.dtype, result.dataSync())
  })
  return { outputs, requests }
}

function toTensor({ data, shape, dtype }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], dtype)
}
