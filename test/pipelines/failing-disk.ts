/**
 * A disk that fails: counts the calls of node:fs/promises that change something, and from the nth on does as told.
 *   'dead'   every call from the nth on fails: to the disk that is a process killed right before it
 *   'full'   the nth call alone fails with ENOSPC; of a write, half has gone through
 * Reading goes on as ever. What the synchronous functions do is not seen.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

export interface FailingDisk {
  calls(): number
  restore(): void
}

const CHANGING = ['rename', 'rm', 'rmdir', 'link', 'mkdir', 'writeFile', 'cp', 'open'] as const
const HANDLE = ['appendFile', 'writeFile', 'sync', 'datasync', 'truncate'] as const

type Call = (...args: unknown[]) => Promise<unknown>

export function failingDisk(mode: 'dead' | 'full', nth: number): FailingDisk {
  const promises = fs.promises as unknown as Record<string, Call>
  const originals = new Map(CHANGING.map((name) => [name, promises[name]!]))
  let calls = 0
  const guard = async (name: string, call: () => Promise<unknown>, half?: () => Promise<unknown>) => {
    calls++
    if (mode === 'dead' && calls >= nth) throw new Error(`killed before ${name}`)
    if (mode === 'full' && calls === nth) {
      await half?.()
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), {
        code: 'ENOSPC',
        syscall: name,
      })
    }
    return call()
  }
  for (const [name, original] of originals) {
    promises[name] = (...args) => {
      if (name === 'open' && args[1] === 'r') return original(...args)
      const half = name === 'writeFile' ? () => original(args[0], halfOf(args[1])) : undefined
      const done = guard(name, () => original(...args), half)
      return name === 'open' ? done.then((handle) => guarded(handle as Record<string, Call>, guard)) : done
    }
  }
  syncBuiltinESMExports()
  return {
    calls: () => calls,
    restore() {
      for (const [name, original] of originals) promises[name] = original
      syncBuiltinESMExports()
    },
  }
}

type Guard = (name: string, call: () => Promise<unknown>, half?: () => Promise<unknown>) => Promise<unknown>

function guarded(handle: Record<string, Call>, guard: Guard): unknown {
  for (const name of HANDLE) {
    const original = handle[name]!.bind(handle)
    const half = name.endsWith('File') ? (data: unknown) => original(halfOf(data)) : undefined
    handle[name] = (...args) => guard(name, () => original(...args), half && (() => half(args[0])))
  }
  return handle
}

function halfOf(data: unknown): unknown {
  const bytes = Buffer.from(data as string | Uint8Array)
  return bytes.subarray(0, bytes.length >> 1)
}
