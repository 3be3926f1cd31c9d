/** A few rows of a file on a server. For `fieldrank inspect https://…`: what a server sends may crash its reader. */
import type { Json } from '../../contracts.ts'
import { readRemote } from '../../io/parquet-remote.ts'
import type { GuardedWork } from '../guarded-main.ts'

export interface InspectRequest {
  url: string
  rows: number
}

const inspect: GuardedWork = async (request) => {
  const { url, rows } = request as unknown as InspectRequest
  return (await readRemote(url, rows, { loopback: true })) as unknown as Json // the URL was typed by a person
}

export default inspect
