/** How long the stages behind a dataset took, by the lock: the one that made it, and all before. */

import type { Making } from '../../../reports/card.ts'
import { readLock } from '../../lock.ts'

/** `out` is the path of the dataset under `root`. Stages are listed in the order of the work; null where no lock knows the out. */
export function makingOf(root: string, out: string): Making | null {
  const lock = readLock(root)
  const stages: Making['stages'][number][] = []
  const seen = new Set<string>()
  const visit = (path: string) => {
    for (const [id, made] of lock) {
      if (!Object.hasOwn(made.outs, path) || seen.has(id)) continue
      seen.add(id)
      for (const dep of Object.keys(made.deps)) visit(dep)
      const { node, platform, cpu } = made.on
      stages.push({
        id,
        seconds: made.took,
        on: `${cpu === undefined ? platform : `${cpu}, ${platform}`}, Node.js ${node}`,
      })
    }
  }
  visit(out)
  return stages.length === 0 ? null : { stages }
}
