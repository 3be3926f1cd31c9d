/** What would run, and why, as lines. */
import { templateOf } from '../../pipelines/expand.ts'
import type { Reasons, Target } from '../../pipelines/plan.ts'

const ALIKE = 3 // more stages of one name with the same reasons than this are one line

/** `would run 3 of 25 stages`, a line for each with its reasons, and how many are up to date. */
export function explainPlan({ graph }: Target, stale: Reasons): string {
  const total = graph.stages.length
  if (stale.size === 0) return nothingToDo(total)
  const groups = new Map<string, string[]>()
  for (const [id, why] of stale) {
    const group = `${templateOf(id)}\n${why.join('; ')}`
    groups.set(group, [...(groups.get(group) ?? []), id])
  }
  const lines = [...groups].flatMap(([group, ids]) => {
    const [name, why] = group.split('\n') as [string, string]
    return ids.length > ALIKE ? [`  ${name} × ${ids.length}: ${why}`] : ids.map((id) => `  ${id}: ${why}`)
  })
  const rest = total - stale.size
  const fresh = rest > 0 ? `${count(rest)} up to date\n` : ''
  return `would run ${stale.size} of ${total} stages\n${lines.join('\n')}\n${fresh}`
}

export function nothingToDo(stages: number): string {
  return `nothing to do: ${count(stages)} up to date\n`
}

function count(stages: number): string {
  return stages === 1 ? '1 stage is' : `${stages} stages are`
}
