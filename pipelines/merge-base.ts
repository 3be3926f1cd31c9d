/** The entries of a submissions folder as they were at the merge base with a branch, read from git. Nothing is checked out. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UserError } from '../io/errors.ts'

export interface Base {
  commit: string
  date: Date
  files: ReadonlyMap<string, Buffer> // .json files by their path in the folder
}

/** `folder` lies in a repository. `ref` is a branch or a commit of it. */
export async function mergeBase(folder: string, ref: string): Promise<Base> {
  if (!/^[\w][\w./-]*$/.test(ref))
    throw new UserError(`--base: not the name of a branch or a commit (${ref})`)
  const git = async (...args: string[]) => {
    const options = { cwd: folder, encoding: 'buffer', maxBuffer: 2 ** 28 } as const
    const done = await promisify(execFile)('git', args, options).catch(
      (error: Error & { stderr?: Buffer }) => {
        const [said] = String(error.stderr ?? error.message)
          .trim()
          .split('\n')
        throw new UserError(`--base: git ${args[0]}: ${said!.replace(/^fatal: /, '')}`)
      },
    )
    return done.stdout
  }
  await git('rev-parse', '--git-dir') // says so where there is no repository, or no git
  const missing = (problem: string) => () => {
    throw new UserError(`--base: ${problem}`)
  }
  await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).catch(missing(`no branch '${ref}'`))
  const found = await git('merge-base', ref, 'HEAD').catch(
    missing(`'${ref}' and HEAD have no commit in common`),
  )
  const commit = found.toString().trim()
  const date = new Date((await git('show', '-s', '--format=%cI', commit)).toString().trim())
  const names = (await git('ls-tree', '-r', '-z', '--name-only', commit, '.')).toString().split('\0')
  const files = new Map<string, Buffer>()
  for (const name of names) {
    if (name.endsWith('.json')) files.set(name, await git('show', `${commit}:./${name}`))
  }
  return { commit, date, files }
}
