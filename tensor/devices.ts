/**
 * Where a program runs.
 *   cpu         one ONNX graph in ONNX Runtime, on its CPU provider
 *   webgpu      the same graph on a GPU through Vulkan, Metal or Direct3D 12; the provider comes with ONNX Runtime
 *   cuda        the same on an NVIDIA card; the provider is installed by `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`
 *   eager       plain TensorFlow.js, op by op: for debugging and as an oracle
 *   tensorflow  op by op on libtensorflow, with a GPU where there is one: `npm i @tensorflow/tfjs-node-gpu` (or tfjs-node).
 *               Its install step downloads, so it is an optional peer.
 * docs/engine.md says what each was tried on: webgpu on a Vulkan in software, cuda and tensorflow on nothing.
 */
import type { Compiled } from './compiled.ts'
import { compileEager } from './eager.ts'
import { compileOnGpu, type Provider, tryProvider } from './gpu.ts'
import type { Program } from './program.ts'
import { compileOrt } from './runtime.ts'

export const devices = ['cpu', 'webgpu', 'cuda', 'tensorflow', 'eager'] as const
export type Device = (typeof devices)[number]

export interface EngineOptions {
  device: Device
  threads: number // that one op may use on the cpu; others have what they have
}

/** Nodes that a GPU leaves to the CPU are named on stderr. */
export async function compileOn(program: Program, { device, threads }: EngineOptions): Promise<Compiled> {
  if (device === 'cpu') return compileOrt(program, threads)
  if (device === 'eager') return compileEager(program)
  const missing = await whyNot(device)
  if (missing !== null) throw new Error(missing)
  return device === 'tensorflow' ? compileEager(program, 'tensorflow') : compileOnGpu(program, device, warn)
}

/** Why a device cannot be used on this machine, as a sentence that says what to install; null when it can. */
export async function whyNot(device: Device): Promise<string | null> {
  if (device === 'cpu' || device === 'eager') return null
  const found = known.get(device) ?? (device === 'tensorflow' ? loadPeer() : openProvider(device))
  known.set(device, found)
  return found
}

const known = new Map<Device, Promise<string | null>>()
const PEERS: readonly string[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

/** The first peer that loads registers the backend 'tensorflow'. */
async function loadPeer(): Promise<string | null> {
  keepDigits()
  const reasons: string[] = []
  for (const name of PEERS) {
    try {
      await import(name)
      return null
    } catch (error) {
      reasons.push(`${name}: ${firstLine(error)}`)
    }
  }
  return (
    `device 'tensorflow' needs one of ${PEERS.join(', ')}, and none could be loaded (${reasons.join('; ')}). ` +
    `npm install ${PEERS[0]}@4.22.0 gets it`
  )
}

async function openProvider(provider: Provider): Promise<string | null> {
  keepDigits()
  const error = await tryProvider(provider)
  if (error === null) return null
  return `device '${provider}' ${REMEDIES[provider](firstLine(error))}`
}

const REMEDIES: Record<Provider, (reason: string) => string> = {
  webgpu: (reason) =>
    /adapter/i.test(reason)
      ? 'found no GPU: ONNX Runtime needs a driver for Vulkan 1.1, Metal or Direct3D 12 ' +
        "(Debian: apt-get install libvulkan1 and the card's own driver; without a card, docs/engine.md)"
      : `could not be opened (${reason}). docs/engine.md says what it needs`,
  cuda: (reason) =>
    `needs the CUDA provider of ONNX Runtime, CUDA 12 and cuDNN 9, and could not be opened (${reason}). ` +
    'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node installs the provider',
}

/** NVIDIA's libraries round the factors of products to 10 bits (TF32) unless this is set before they are loaded. */
function keepDigits(): void {
  process.env.NVIDIA_TF32_OVERRIDE ??= '0'
}

function firstLine(error: unknown): string {
  const line = String((error as Error).message)
    .split('\n')[0]!
    .trim()
  return line.length > 160 ? `…${line.slice(-160)}` : line
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}
