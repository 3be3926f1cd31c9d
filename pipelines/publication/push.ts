/**
 * A publication onto the Hugging Face hub, through @huggingface/hub, which is not installed with fieldrank. Nothing is sent
 * unless `upload` says so; the token comes from the environment and is neither printed nor stored.
 */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../io/errors.ts'
import type { PublishedFile } from '../../reports/croissant.ts'

/** What is used of the package. */
export interface Hub {
  uploadFiles(request: {
    repo: { type: 'dataset'; name: string }
    accessToken: string
    files: { path: string; content: URL }[]
    commitTitle: string
  }): Promise<unknown>
}

export const HUB = '@huggingface/hub'

/** `hf:owner/name` → `owner/name`. */
export function hubName(given: string): string {
  const name = /^hf:([\w.-]+\/[\w.-]+)$/.exec(given)?.[1]
  if (name === undefined) throw new UserError(`--push: must be hf:<owner>/<name> (got ${given})`)
  return name
}

/** Sends all files in one commit, manifest.json among them: readers see the old state or the new. The repository must exist. */
export async function push(
  folder: string,
  files: readonly PublishedFile[],
  { repo, token, hub }: { repo: string; token: string | undefined; hub: () => Promise<Hub> },
): Promise<void> {
  if (token === undefined || token === '')
    throw new UserError('publish --upload: no token. Put it into the environment as HF_TOKEN')
  const { uploadFiles } = await hub()
  const sent = uploadFiles({
    repo: { type: 'dataset', name: repo },
    accessToken: token,
    files: files.map(({ path }) => ({ path, content: pathToFileURL(join(folder, path)) })),
    commitTitle: 'Publish by fieldrank',
  })
  await sent.catch((error: Error) => {
    throw new UserError(`publish --upload: the hub did not take ${repo}: ${error.message}`)
  })
}

/** The package, where it is installed. */
export async function importHub(): Promise<Hub> {
  try {
    return (await import(HUB)) as Hub
  } catch {
    throw new UserError(`publish --upload: ${HUB} is not installed. npm install ${HUB}@2.17.5 adds it`)
  }
}
