/**
 * What lies under data/<profile>, besides the outs at their own paths. Names with a dot are the engine's:
 *   lock.yaml            what was true when each stage was made
 *   run.lock             who is at work here
 *   .partial/<out>       an out that is not whole yet; renamed to <out> when it is
 *   .journal/<id>.jsonl  finished shards of a stage that is not whole yet
 *   .replaced/<out>      the old out while the new one takes its place
 *   .view/<id>/<dep>     hard links to what a folder among the deps holds for this stage
 *   .hashes.json         hashes of files by size, time and inode
 * They stand apart from the outs so that nobody who lists a folder meets half a result.
 * Beside data/<profile> lies data/cache, which all profiles share: public logs and what else was downloaded.
 */
import { dirname, join } from 'node:path'

export const lockFile = (root: string) => join(root, 'lock.yaml')
export const claimFile = (root: string) => join(root, 'run.lock')
export const hashesFile = (root: string) => join(root, '.hashes.json')
export const journalFolder = (root: string) => join(root, '.journal')
export const journalFile = (root: string, id: string) => join(root, '.journal', `${id}.jsonl`)
export const partialOf = (root: string, out: string) => join(root, '.partial', out)
export const replacedOf = (root: string, out: string) => join(root, '.replaced', out)
export const viewOf = (root: string, id: string, dep: string) => join(root, '.view', id, dep)
export const viewsOf = (root: string, id: string) => join(root, '.view', id)
export const cacheFolder = (root: string) => join(dirname(root), 'cache')
