/**
 * A kernel: WebAssembly made from kernels/<name>.as.ts by `npm run build`, with a memory that is sized once. It never grows,
 * so views of it stay valid as long as they are needed.
 *
 * Every kernel exports `heapBase(): i32`, the first byte that its own constants do not use (kernels/parts/heap.as.ts); from
 * there on the host lays out its arrays and hands their byte offsets to the functions it calls. No kernel allocates.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Kernel {
  memory: Memory
  heap: number // the first free byte, a multiple of 64
  /** Calls an exported function: numbers in, a number out (0 for a function without a result). A trap is an Error. */
  call(name: string, ...args: number[]): number
  /** Throws where there is no such function. */
  check(name: string): void
}

/** `file` as `new URL('./built/<name>.wasm', import.meta.url)`, which pipelines/code-hash.ts follows: the code counts in stage keys. */
export function compileKernel(file: URL): Module {
  try {
    return new WebAssembly.Module(readFileSync(file))
  } catch (error) {
    throw new Error(`kernel ${fileURLToPath(file)} cannot be loaded: ${error}. npm run build makes it`)
  }
}

/** A kernel with `bytes` free from its heap on; or one on the `memory` of another, which a second thread calls. */
export function loadKernel(module: Module, bytes: number, memory: Memory = sized(bytes)): Kernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const find = (name: string) => {
    const f = exports[name]
    if (f !== undefined) return f
    throw new Error(`kernel: no function '${name}' (${Object.keys(exports).join(', ')})`)
  }
  const heap = Math.ceil((find('heapBase')() ?? 0) / 64) * 64
  if (heap + bytes > memory.buffer.byteLength) throw new Error(`kernel: its constants take ${heap} bytes`)
  return { memory, heap, check: (name) => void find(name), call: (name, ...args) => find(name)(...args) ?? 0 }
}

/** Byte offsets of arrays of `bytes` each, one after another from `heap`, all at multiples of 64; `end` is the byte after the last. */
export function layOut<Name extends string>(heap: number, bytes: { readonly [name in Name]: number }) {
  const at = {} as { [name in Name]: number }
  let end = heap
  for (const name in bytes) {
    at[name] = end
    end += Math.ceil(bytes[name]! / 64) * 64
  }
  return { at, end }
}

/** Bytes that a kernel can have beyond its constants. */
export const MOST_BYTES = 2 ** 30 - 65536

/** Room for the constants of any kernel we have; loadKernel() checks it. */
const CONSTANTS = 65536
const PAGE = 65536
const MOST_PAGES = 16384 // as in scripts/kernels.mjs

function sized(bytes: number): Memory {
  const pages = Math.ceil((bytes + CONSTANTS) / PAGE)
  if (pages > MOST_PAGES) throw new Error(`kernel: ${bytes} bytes of memory asked, at most 1 GiB can be had`)
  return new WebAssembly.Memory({ initial: pages, maximum: MOST_PAGES, shared: true })
}

/** What we use of the WebAssembly interface, which the types of Node leave out. */
export type Module = { readonly __module: never }
export type Memory = { readonly buffer: SharedArrayBuffer }
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => Module
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => Memory
  Instance: new (
    module: Module,
    imports: { env: { memory: Memory } },
  ) => { exports: { readonly [name: string]: ((...args: number[]) => number | undefined) | undefined } }
}
