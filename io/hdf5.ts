/**
 * The only door to HDF5: files of float64 arrays, written a slab of rows at a time by h5wasm (the HDF5 library compiled
 * to WebAssembly).
 *
 * Written: contiguous arrays without chunks or compression, in the oldest form of the format (superblock 0), so that old
 * readers open them too. The library stamps each array with the time of its making; the stamps are set to 0, so that
 * equal input gives equal bytes. A file appears under its name when it is whole: it is written to <path>.partial,
 * synced and renamed.
 *
 * Memory: the library makes a contiguous array by writing all of it, so the largest array must fit its heap once (133 MB
 * for 1,000 fields of 129 × 129); more than 2 GB it cannot hold, and is refused.
 */
import { mkdir, open, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Dataset, dtype_to_metadata, File, Module, ready } from 'h5wasm/node'
import { UserError } from './errors.ts'
import { renameDurable, syncFile } from './files.ts'

/** Arrays by name, each with its shape; the first side counts the rows. */
export type Shapes = { readonly [name: string]: readonly number[] }

export interface Hdf5Writer {
  /** Rows of an array from `row` on, flattened row-major. Every row must be written once. */
  write(name: string, row: number, values: Float64Array): void
  /** Closes, syncs and renames. Throws when a row was not written. */
  finish(): Promise<void>
  /** Closes and removes what was begun, and never throws because of it; after `finish` there is nothing to remove. */
  discard(): Promise<void>
}

/** Begins a file. `attributes` are texts of the file itself: what it holds and how it is ordered. */
export async function writeHdf5(
  path: string,
  shapes: Shapes,
  attributes: { readonly [name: string]: string } = {},
): Promise<Hdf5Writer> {
  await ready
  checkSizes(path, shapes)
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.partial`
  const file = guarded(path, () => new File(partial, 'w', { libver: ['earliest', 'latest'] }))
  const missing = new Map(Object.entries(shapes).map(([name, [rows]]) => [name, rows!]))
  let isOpen = true
  const close = () => {
    const wasOpen = isOpen
    isOpen = false
    if (wasOpen) guarded(path, () => file.close())
  }

  const writer: Hdf5Writer = {
    write(name, row, values) {
      const [, ...sides] = shapes[name]!
      const rows = values.length / sizeOf(sides)
      const ranges = [[row, row + rows], ...sides.map((side) => [0, side])] as [number, number][]
      guarded(path, () => new Dataset(file.file_id, `/${name}`).write_slice(ranges, values))
      missing.set(name, missing.get(name)! - rows)
    },
    async finish() {
      close()
      for (const [name, rows] of missing)
        if (rows !== 0) throw new Error(`${basename(path)}: ${rows} rows of '${name}' were not written`)
      await clearStamps(partial, missing.size)
      await syncFile(partial)
      await renameDurable(partial, path)
    },
    async discard() {
      try {
        close()
      } catch {
        // a full disk: what could not be written has been said, and is removed
      } finally {
        await rm(partial, { force: true })
      }
    },
  }
  try {
    guarded(path, () => begin(file, shapes, attributes))
  } catch (error) {
    await writer.discard()
    throw error
  }
  return writer
}

/** What one array may take of the library's heap, which ends at 2³¹ bytes and holds the library too. */
const LIMIT = 2 ** 31 - 2 ** 26

function checkSizes(path: string, shapes: Shapes): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const bytes = sizeOf(shape) * 8
    if (bytes <= LIMIT) continue
    const size = `${(bytes / 1e9).toFixed(1)} GB`
    throw new UserError(
      `${basename(path)}: '${name}' would take ${size}, and an array of HDF5 at most 2 GB here`,
    )
  }
}

/** Arrays of the right shapes, their values whatever the heap holds: every one of them is written over. */
function begin(file: File, shapes: Shapes, attributes: { readonly [name: string]: string }): void {
  const most = Math.max(8, ...Object.values(shapes).map((shape) => sizeOf(shape) * 8))
  const place = Module._malloc(most)
  if (place === 0) throw new Error('not enough memory for the largest array')
  for (const [name, sides] of Object.entries(shapes)) {
    const shape = sides.map(BigInt)
    const layout = { chunks: null, compression: 0, compression_opts: [], track_order: false }
    const metadata = { ...dtype_to_metadata('<d'), ...layout, shape, maxshape: shape }
    Module.create_dataset(file.file_id, `/${name}`, BigInt(place), metadata)
  }
  Module._free(place)
  for (const [name, text] of Object.entries(attributes))
    file.create_attribute(name, text, [], `S${Buffer.byteLength(text)}`)
}

/** The library's errors are many lines long; what the system said stands in one of them: `error message = '…'`. */
function guarded<T>(path: string, work: () => T): T {
  Module.activate_throwing_error_handler() // else a full disk would be a number that nobody looks at
  try {
    return work()
  } catch (error) {
    const text = String((error as Error).message ?? error)
    const cause = /error message = '([^']+)'/.exec(text)?.[1] ?? text.trim().split('\n').at(-1)!.trim()
    throw new UserError(`${basename(path)}: could not be written (${cause})`)
  }
}

/**
 * Sets the times of making to 0: in an object header of version 1, message 18, 8 bytes long, version 1, then seconds
 * since 1970 in 32 bits. Headers of the arrays stand in the first 2048 bytes, before any data.
 */
async function clearStamps(path: string, arrays: number): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    const { buffer } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    let found = 0
    for (let at = buffer.indexOf(STAMP); at >= 0; at = buffer.indexOf(STAMP, at + 1), found++)
      buffer.writeUInt32LE(0, at + STAMP.length)
    if (found !== arrays)
      throw new Error(`${basename(path)}: ${found} stamps in its head, expected ${arrays}`)
    await handle.write(buffer, 0, HEAD, 0)
  } finally {
    await handle.close()
  }
}

const HEAD = 2048
const STAMP = Buffer.from([18, 0, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0])

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1)
}
