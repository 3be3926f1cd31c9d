/** An error on its way between processes, and to the person: a mistake is a sentence, a bug brings its stack. */
import { UserError } from '../io/errors.ts'

export interface Failure {
  message: string
  isUser: boolean // a mistake or a full disk: exit code 2, no stack; else a bug: exit code 1
  stack?: string
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), isUser: false }
  const world = worldly(error)
  if (world !== null) return { message: world, isUser: true }
  const isUser = error.name === 'UserError' // by name: a child, or a module compiled on the way, has a class of its own
  return { message: error.message, isUser, ...(isUser || !error.stack ? {} : { stack: error.stack }) }
}

export function errorOf({ message, isUser, stack }: Failure): Error {
  const error = isUser ? new UserError(message) : new Error(message)
  error.stack = stack ?? `${error.name}: ${message}`
  return error
}

/** What the machine refused, and nobody's bug: `data/smoke/…: no space left on the disk`. */
function worldly(error: NodeJS.ErrnoException & { dest?: string }): string | null {
  const { code, syscall, path, dest } = error
  if (code === 'EISDIR' && dest !== undefined) return `${dest}: this is a folder, and no file`
  const what = code === 'EEXIST' && syscall === 'mkdir' ? WORLD.ENOTDIR : WORLD[code ?? '']
  return what === undefined || syscall === undefined ? null : `${path ?? syscall}: ${what}`
}

const WORLD: Record<string, string> = {
  ENOSPC: 'no space left on the disk. What is finished is kept: make room and run again',
  EDQUOT: 'the disk quota is used up. What is finished is kept: make room and run again',
  EACCES: 'no permission',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of this path is a file, and no folder',
  EMFILE: 'too many open files (raise `ulimit -n`)',
  ENFILE: 'too many open files on this machine',
  EIO: 'the disk failed to read or write',
}
