/** Which nodes of a graph a provider of ONNX Runtime leaves to the CPU: its profile of one run on zeros says so. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'

export interface Place {
  node: string // kernel of the trace/operator/number
  op: string // of ONNX
}

export async function nodesOnCpu(
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<{ nodes: number; onCpu: readonly Place[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldrank-profile-'))
  try {
    const profiled = { ...options, enableProfiling: true, profileFilePrefix: join(folder, 'run') }
    const session = await InferenceSession.create(model, profiled)
    await session.run(zerosFor(session))
    session.endProfiling()
    await session.release()
    const [file] = await readdir(folder)
    return readProfile(await readFile(join(folder, file!), 'utf8'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Events of a profile that are runs of a kernel: each names its operator and its provider. */
export function readProfile(text: string): { nodes: number; onCpu: readonly Place[] } {
  const events = JSON.parse(text) as { name: string; args?: { op_name?: string; provider?: string } }[]
  const runs = events.filter(({ name }) => name.endsWith('_kernel_time'))
  const onCpu = runs
    .filter(({ args }) => args?.provider === 'CPUExecutionProvider')
    .map(({ name, args }) => ({ node: name.replace(/_kernel_time$/, ''), op: args!.op_name! }))
  return { nodes: runs.length, onCpu }
}

function zerosFor(session: InferenceSession): Record<string, OrtTensor> {
  const feeds: Record<string, OrtTensor> = {}
  for (const metadata of session.inputMetadata) {
    if (!metadata.isTensor) throw new Error(`input '${metadata.name}' is no tensor`)
    const shape = metadata.shape as number[]
    const length = shape.reduce((product, side) => product * side, 1)
    const data = metadata.type === 'int32' ? new Int32Array(length) : new Float32Array(length)
    feeds[metadata.name] = new OrtTensor(metadata.type as 'float32', data as Float32Array, shape)
  }
  return feeds
}
