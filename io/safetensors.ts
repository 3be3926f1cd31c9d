/**
 * Weights on disk in the safetensors format, which every framework reads and which can hold no code:
 * 8 bytes little-endian length of the header, a JSON header { name: { dtype, shape, data_offsets } }, raw numbers.
 *
 * Written: float32 and int32, in the order of the map, header padded with spaces so that the numbers begin at a
 * multiple of 8. Equal weights give equal bytes. Read: the same two types; the numbers must fill the file without a
 * gap or an overlap, as the format demands, else the file is refused.
 * Source: https://github.com/huggingface/safetensors, section "Format".
 */
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import type { HostBatch } from '../contracts.ts'
import { UserError } from './errors.ts'
import { writeDurable } from './files.ts'
import { firstIssue, parseJson } from './schema.ts'

export type HostTensor = HostBatch['target']
export type Weights = ReadonlyMap<string, HostTensor>

/** Durable write. `metadata` stands in the header under '__metadata__', its keys sorted. */
export async function writeSafetensors(
  path: string,
  weights: Weights,
  metadata: Record<string, string> = {},
): Promise<void> {
  const entries: string[] = []
  const keys = Object.keys(metadata).sort()
  if (keys.length > 0) {
    entries.push(
      `"${METADATA}":${JSON.stringify(Object.fromEntries(keys.map((key) => [key, metadata[key]])))}`,
    )
  }
  const chunks: Uint8Array[] = []
  let at = 0
  for (const [name, { shape, dtype, data }] of weights) {
    if (data.length !== sizeOf(shape)) throw new Error(`writeSafetensors: ${name} does not fill its shape`)
    const described = { dtype: NAMES[dtype], shape, data_offsets: [at, at + data.byteLength] }
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(described)}`)
    chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    at += data.byteLength
  }
  const header = Buffer.from(`{${entries.join(',')}}`)
  const padded = Buffer.alloc(Math.ceil(header.length / 8) * 8, ' ')
  header.copy(padded)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  await writeDurable(path, [length, padded, ...chunks])
}

/** Weights by name, in the order in which they lie in the file. Each is read into memory of its own, and nothing is there twice. */
export async function readSafetensors(path: string): Promise<Weights> {
  const subject = basename(path)
  const file = await open(path, 'r')
  try {
    const { text, begin, bytes } = await readHeader(file, subject)
    const tensors = parseHeader(text, subject)
    const end = begin + (tensors.at(-1)?.[1].data_offsets[1] ?? 0)
    if (end !== bytes) throw new UserError(`${subject}: has ${bytes} bytes, its header describes ${end}`)
    const weights = new Map<string, HostTensor>()
    let at = 0
    for (const [name, { dtype, shape, data_offsets }] of tensors) {
      const [from, to] = data_offsets
      if (from !== at || to - from !== 4 * sizeOf(shape))
        throw new UserError(
          `${subject}: '${name}' lies at bytes ${from}–${to}, expected ${at}–${at + 4 * sizeOf(shape)}`,
        )
      const { buffer } = await readBytes(file, begin + from, to - from)
      const data = dtype === 'F32' ? new Float32Array(buffer) : new Int32Array(buffer)
      weights.set(name, { shape, dtype: DTYPES[dtype], data })
      at = to
    }
    return weights
  } finally {
    await file.close()
  }
}

/** What stands under '__metadata__' in the header; {} where nothing does. */
export async function readMetadata(path: string): Promise<Record<string, string>> {
  const subject = basename(path)
  const file = await open(path, 'r')
  try {
    const { text } = await readHeader(file, subject)
    const header = Object(parseJson(text, `${subject}: header`))
    const parsed = z.record(z.string(), z.string()).safeParse(header[METADATA] ?? {})
    if (!parsed.success) throw new UserError(`${subject}: header: ${firstIssue(parsed.error)}`)
    return parsed.data
  } finally {
    await file.close()
  }
}

/** The header as text, where the numbers begin, and how long the file is. */
async function readHeader(file: FileHandle, subject: string) {
  const { size: bytes } = await file.stat()
  const length =
    bytes < 8 ? Number.POSITIVE_INFINITY : Number((await readBytes(file, 0, 8)).readBigUInt64LE(0))
  if (length > bytes - 8) throw new UserError(`${subject}: not a safetensors file (its header is cut off)`)
  return { text: (await readBytes(file, 8, length)).toString('utf8'), begin: 8 + length, bytes }
}

async function readBytes(file: FileHandle, from: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, from + done)
    if (bytesRead === 0) throw new Error(`a file ended ${length - done} bytes early`)
    done += bytesRead
  }
  return bytes
}

const METADATA = '__metadata__'
const NAMES = { float32: 'F32', int32: 'I32' } as const
const DTYPES = { F32: 'float32', I32: 'int32' } as const

const size = z.int().nonnegative()
const headerFormat = z.record(
  z.string(),
  z.strictObject({
    dtype: z.enum(['F32', 'I32'], 'not F32 or I32, the types that fieldrank reads'),
    shape: z.array(size),
    data_offsets: z.tuple([size, size]),
  }),
)

/** Names and places, in the order of the bytes (the order of keys in JSON says nothing about a name like '0'). */
function parseHeader(header: string, subject: string) {
  const { [METADATA]: _, ...tensors } = Object(parseJson(header, `${subject}: header`))
  const parsed = headerFormat.safeParse(tensors)
  if (!parsed.success) throw new UserError(`${subject}: header: ${firstIssue(parsed.error)}`)
  return Object.entries(parsed.data).sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1)
}
