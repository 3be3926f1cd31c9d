/**
 * One kernel on several threads, for many calls of one form. A sheet says what all of them are; each thread takes the next call as
 * soon as it is done with one, and moves the numbers of it in and out by itself. So a sheet costs a message to each thread and one
 * back, however many calls it has, and no thread waits for another before the last call.
 *
 *   const team = openTeam(file, { bytes, workers: 2 })
 *   await team.run({ name: 'solve', args: [n], items: Int32Array.of(0, 1, 2, 3), lanes: 2, inputs: [b], outputs: [x] })
 *   await team.close()
 *
 * calls solve(2, n) twice, once for items 0 and 1, once for 2 and 3. Sheets may be begun before others are done. What a call finds
 * beside its inputs in the memory of a kernel is unknown, and then the number of workers changes no result.
 * With one worker there is no thread: calls run here, and block while they run.
 *
 * A trap rejects its sheet, whose outputs are then worth nothing. The end of a thread and `close` reject all that run and all that come.
 */
import { setImmediate } from 'node:timers/promises'
import { isShared, sharedNumbers } from './shared.ts'
import { step } from './step.mjs'
import { lifeOf, openThreads } from './threads.ts'

/** Numbers of items: those of item i stand from i · size on in `array`, and in the memory of the kernel at `at[lane]`. */
export interface Part {
  array: Float64Array
  size: number
  at: readonly number[] // bytes, one for each lane
}

export interface Sheet {
  name: string // the exported function; called with the number of items, then `args`
  args: readonly number[]
  items: Int32Array
  lanes: number // items in a call; in the last one fewer, perhaps
  inputs: readonly Part[]
  outputs: readonly Part[] // arrays in shared memory (shared.ts) are used in place by threads, others are copied before and after
}

export interface Team {
  workers: number
  heap: number // the same in every kernel
  run(sheet: Sheet): Promise<void>
  close(): Promise<void>
}

export function openTeam(file: URL, { bytes, workers }: { bytes: number; workers: number }): Team {
  const life = lifeOf()
  const { kernels, threads, stop } = openThreads(file, { bytes, workers }, life)
  const rooms: Room[] = []

  const runHere = async (sheet: Sheet) => {
    for (let first = 0; first < sheet.items.length; first += sheet.lanes) {
      await setImmediate() // timers and signals first
      life.check()
      step(kernels[0]!, sheet, first)
    }
  }
  const runThere = async (sheet: Sheet) => {
    const room = rooms.pop() ?? []
    const shared = copyIn(sheet, room)
    const next = new Int32Array(new SharedArrayBuffer(4))
    await Promise.all(threads.map((thread) => thread.ask({ sheet: shared, next })))
    copyOut(shared, sheet)
    rooms.push(room)
  }
  return {
    workers: kernels.length,
    heap: kernels[0]!.heap,
    async run(sheet) {
      life.check()
      kernels[0]!.check(sheet.name)
      await (threads.length === 0 ? runHere(sheet) : runThere(sheet))
    },
    async close() {
      life.end(new Error('team: it was closed'))
      await stop()
    },
  }
}

/** Shared memory for what is not shared, kept for the next sheet. */
type Room = Float64Array[]

/** The sheet on shared memory alone. */
function copyIn(sheet: Sheet, room: Room): Sheet {
  let used = 0
  const place = (part: Part): Part => {
    if (isShared(part.array)) return part
    const { length } = part.array
    const known = room[used]
    const array = known !== undefined && known.length >= length ? known : sharedNumbers(length)
    room[used++] = array
    return { ...part, array: array.subarray(0, length) }
  }
  const shared = { ...sheet, inputs: sheet.inputs.map(place), outputs: sheet.outputs.map(place) }
  for (const [p, part] of sheet.inputs.entries()) move(sheet.items, part, shared.inputs[p]!)
  return shared
}

function copyOut(from: Sheet, to: Sheet): void {
  for (const [p, part] of to.outputs.entries()) move(to.items, from.outputs[p]!, part)
}

function move(items: Int32Array, from: Part, to: Part): void {
  if (from.array === to.array) return
  for (const item of items) {
    const range = [item * to.size, (item + 1) * to.size] as const
    to.array.set(from.array.subarray(...range), range[0])
  }
}
