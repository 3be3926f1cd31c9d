/**
 * run.lock: one run at a time in a data folder. It names the owner, so that a lock whose owner is dead is taken over
 * without a hand step, and the owner's children, so that one that outlived it is ended before it can write.
 * A process is known by its id and the time it started: ids are used again.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../io/errors.ts'
import { sha256 } from '../io/files.ts'
import { claimFile } from './layout.ts'

export interface Claim {
  /** Remembers the living children, so that the next owner can end those that outlive this one. */
  children(pids: readonly number[]): Promise<void>
  /** Throws when another process has taken the folder over: nothing more may be written. */
  check(): Promise<void>
  release(): Promise<void>
}

interface Process {
  pid: number
  started: string // '' where the system does not tell
}
interface Owner extends Process {
  token: string
  host: string
  since: string // for the sentence
  children: readonly Process[]
}

/** Takes the folder, or throws the sentence that says who has it. */
export async function claim(root: string): Promise<Claim> {
  await mkdir(root, { recursive: true })
  const file = claimFile(root)
  const token = randomBytes(8).toString('hex')
  const owner = (children: readonly Process[]): Owner => ({
    ...identify(process.pid),
    token,
    host: hostname(),
    since: new Date().toISOString(),
    children,
  })
  const temporary = `${file}.${process.pid}-${token}`
  await writeFile(temporary, JSON.stringify(owner([])))
  try {
    while (!(await linked(temporary, file)) && !(await succeeded(temporary, file, root))) {}
  } finally {
    await rm(temporary, { force: true })
  }
  await sweep(root, file)
  const check = async () => {
    if ((await readOwner(file))?.token === token) return
    throw new UserError(`${root}: another run has taken this folder over; this one stops`)
  }
  let last = Promise.resolve()
  return {
    check,
    children(pids) {
      last = last.then(async () => {
        await check()
        await writeFile(temporary, JSON.stringify(owner(pids.map(identify))))
        await rename(temporary, file)
      })
      return last
    },
    async release() {
      if ((await readOwner(file))?.token === token) await rm(file, { force: true })
    },
  }
}

/** A link is made whole or not at all, and never over another: the file is complete from the first moment. */
async function linked(temporary: string, file: string): Promise<boolean> {
  try {
    await link(temporary, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    const flag = { flag: 'wx' } as const // no hard links here
    const text = await readFile(temporary, 'utf8')
    return writeFile(file, text, flag).then(
      () => true,
      () => false,
    )
  }
}

/**
 * Takes the place of a dead owner, with what is left of its children ended. Throws when the owner lives.
 * Nobody ever removes another's lock: who would succeed the owner with token t links `run.lock.after-t`, which exactly one
 * can, and only then writes its own name over run.lock. One that dies in between has a successor in the same way, so locks
 * form a chain that begins at run.lock. False where the chain moved meanwhile: look again.
 */
async function succeeded(temporary: string, file: string, root: string): Promise<boolean> {
  const chain = await chainFrom(file)
  const [first, last] = [chain[0], chain.at(-1)]
  if (first === undefined || last === undefined) return false
  if (last.owner !== null) demandDead(last.owner, root, file)
  const place = after(file, last.token)
  if (!(await linked(temporary, place))) return false
  if ((await readOwner(file))?.token !== first.token) {
    await rm(place, { force: true }) // somebody was quicker, and done: the place was that of a chain long gone
    return false
  }
  for (const { owner } of chain) for (const child of owner?.children ?? []) await end(child)
  await rename(temporary, file) // `place` is the same file; what is left of the chain is swept by its owner
  await rm(place, { force: true })
  return true
}

/** run.lock, who succeeded its owner, who succeeded that, … */
async function chainFrom(file: string): Promise<Found[]> {
  const chain: Found[] = []
  for (let next = await readOwner(file); next !== null; ) {
    chain.push(next)
    next = await readOwner(after(file, next.token))
  }
  return chain
}

function after(file: string, token: string): string {
  return `${file}.after-${token}`
}

function demandDead(owner: Owner, root: string, file: string): void {
  if (owner.host !== hostname()) {
    throw new UserError(
      `${root} is in use by process ${owner.pid} on ${owner.host}, since ${owner.since}. If that run is gone, delete ${file}`,
    )
  }
  if (isAlive(owner)) {
    throw new UserError(
      `${root} is in use by another run (process ${owner.pid}, since ${owner.since}). Wait for it, or stop it`,
    )
  }
}

/**
 * Of a process that was killed while it claimed the folder, a temporary file may stay. Those of the living are theirs.
 * One that was killed before it had written a word is known by the id in the file's name.
 */
async function sweep(root: string, file: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(`${basename(file)}.`)) continue
    const pid = Number.parseInt(name.slice(basename(file).length + 1), 10)
    const owner = (await readOwner(join(root, name)))?.owner ?? { pid, started: '' }
    if (!isAlive(owner)) await rm(join(root, name), { force: true })
  }
}

/** `owner` is null where the lock cannot be read: then nobody lives who could claim it. */
interface Found {
  owner: Owner | null
  token: string
}

/** null where there is no lock. */
async function readOwner(file: string): Promise<Found | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const unreadable = { owner: null, token: sha256(text).slice(0, 16) }
  try {
    const owner: Owner = JSON.parse(text)
    const isSound = Number.isSafeInteger(owner.pid) && owner.pid > 0 && /^[\w-]+$/.test(owner.token)
    return isSound ? { owner, token: owner.token } : unreadable
  } catch {
    return unreadable
  }
}

async function end(child: Process): Promise<void> {
  if (child.started === '') return // it cannot be told from a stranger
  while (isAlive(child)) {
    process.kill(child.pid, 'SIGKILL')
    await sleep(20)
  }
}

function isAlive({ pid, started }: Process): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return started === '' || identify(pid).started === started
}

function identify(pid: number): Process {
  return { pid, started: startOf(pid) }
}

/** When a process started, in words of the system, with the boot it belongs to. A zombie has ended. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name in brackets may hold spaces
    if (fields[0] === 'Z') return 'ended'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return process.platform === 'linux' ? 'ended' : startByPs(pid)
  }
}

function startByPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
