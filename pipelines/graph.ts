/** Who needs whom: edges from deps to outs, a topological order, what lies above and below a stage, and drawings of it. */
import { statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Stage } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { templateOf } from './expand.ts'
import type { Pipeline } from './load.ts'

export interface Graph {
  stages: readonly Stage[] // every stage after all it needs, else in the order of the file
  needs: ReadonlyMap<string, readonly string[]> // id → the ids whose outs it reads
}

/** Throws one sentence for a dep that nothing makes and that is no file, and for a circle. */
export function link(stages: readonly Stage[], pipeline: Pipeline): Graph {
  const byOut = new Map(stages.flatMap((stage) => stage.outs.map((out) => [out, stage.id] as const)))
  const needs = new Map<string, readonly string[]>()
  for (const stage of stages) {
    const found = stage.deps.map((dep) => makersOf(dep, byOut))
    for (const [i, dep] of stage.deps.entries()) {
      if (found[i]!.length === 0 && !isProjectFolder(dep) && !isFile(dep, pipeline))
        checkEmpty(stage, dep, { found, outs: byOut.keys(), pipeline })
    }
    needs.set(stage.id, [...new Set(found.flat())])
  }
  return { stages: inOrder(stages, needs), needs }
}

/** Ids of the stages whose outs are `dep`, lie in the folder `dep`, or have `dep` in them. */
export function makersOf(dep: string, byOut: ReadonlyMap<string, string>): string[] {
  const exact = byOut.get(dep)
  if (exact !== undefined) return [exact]
  const ids = new Set<string>()
  for (const [out, id] of byOut) if (isUnder(out, dep) || isUnder(dep, out)) ids.add(id)
  return [...ids]
}

/** `submissions/operators/`: a folder of the project, which may be missing. */
export function isProjectFolder(dep: string): boolean {
  return dep.endsWith('/')
}

/** Whether a path lies inside a folder. */
export function isUnder(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`)
}

/** These stages and all they need (`needs`), or all that needs them (the graph turned round), themselves included. */
export function reach(ids: Iterable<string>, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set(ids)
  for (const id of seen) for (const next of edges.get(id) ?? []) seen.add(next)
  return seen
}

export function turned(edges: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const back = new Map<string, string[]>([...edges.keys()].map((id) => [id, []]))
  for (const [id, needs] of edges) for (const need of needs) back.get(need)?.push(id)
  return back
}

/** The ids that names stand for: an id itself, or the name of a stage in pipeline.yaml for all it was multiplied to. */
export function select(names: readonly string[], stages: readonly Stage[]): Set<string> {
  const ids = stages.map(({ id }) => id)
  const known = [...new Set([...ids.map(templateOf), ...ids])]
  return new Set(
    names.flatMap((name) => {
      const found = ids.filter((id) => id === name || templateOf(id) === name)
      if (found.length > 0) return found
      const templates = [...new Set(ids.map(templateOf))]
      throw new UserError(`unknown stage '${name}' (${templates.join(', ')}).${suggest(name, known)}`)
    }),
  )
}

/** Mermaid, one node per stage. */
export function toMermaid({ stages, needs }: Graph): string {
  const node = new Map(stages.map(({ id }, i) => [id, `s${i}`]))
  const nodes = stages.map(({ id }) => `  ${node.get(id)}["${id}"]`)
  const edges = stages.flatMap(({ id }) =>
    needs.get(id)!.map((need) => `  ${node.get(need)} --> ${node.get(id)}`),
  )
  return `${['flowchart LR', ...nodes, ...edges].join('\n')}\n`
}

/** One line per stage, behind the arrow what it needs. */
export function toText({ stages, needs }: Graph): string {
  const line = ({ id }: Stage) => (needs.get(id)!.length === 0 ? id : `${id} ← ${needs.get(id)!.join(', ')}`)
  return stages.map((stage) => `${line(stage)}\n`).join('')
}

/** The same graph with the stages of one name drawn as one: `solve × 26`. */
export function folded({ stages, needs }: Graph): Graph {
  const count = new Map<string, number>()
  for (const { id } of stages) count.set(templateOf(id), (count.get(templateOf(id)) ?? 0) + 1)
  const label = (id: string) => {
    const name = templateOf(id)
    return count.get(name)! > 1 ? `${name} × ${count.get(name)}` : name
  }
  const merged = new Map<string, Stage>()
  const edges = new Map<string, readonly string[]>()
  for (const stage of stages) {
    const id = label(stage.id)
    if (!merged.has(id)) merged.set(id, { ...stage, id })
    edges.set(id, [...new Set([...(edges.get(id) ?? []), ...needs.get(stage.id)!.map(label)])])
  }
  return { stages: [...merged.values()], needs: edges }
}

/** Depth first: each stage after its needs. A stage met again while it is still open closes a circle. */
function inOrder(stages: readonly Stage[], needs: Graph['needs']): Stage[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]))
  const state = new Map<string, 'open' | 'done'>()
  const order: Stage[] = []
  const visit = (id: string, trail: readonly string[]): void => {
    if (state.get(id) === 'done') return
    if (state.get(id) === 'open') {
      const circle = [...trail.slice(trail.indexOf(id)), id].join(' → ')
      throw new UserError(`the deps go round in a circle: ${circle}`)
    }
    state.set(id, 'open')
    for (const need of needs.get(id)!) visit(need, [...trail, id])
    state.set(id, 'done')
    order.push(byId.get(id)!)
  }
  for (const { id } of stages) visit(id, [])
  return order
}

/**
 * A dep without a maker. A folder that stages of this pipeline fill, though none of this profile, is empty and no
 * mistake while another dep is made; anything else is.
 */
function checkEmpty(
  stage: Stage,
  dep: string,
  { found, outs, pipeline }: { found: readonly string[][]; outs: Iterable<string>; pipeline: Pipeline },
): void {
  const patterns = pipeline.templates.flatMap(({ outs }) => outs.map((out) => out.split('${')[0]!))
  const isKnown = patterns.some((start) => start.startsWith(`${dep}/`) || `${dep}/`.startsWith(start))
  const at = pipeline.at(['stages', templateOf(stage.id), 'deps'])
  if (!isKnown) {
    const near = suggest(dep, [...patterns.map((start) => start.replace(/\/[^/]*$/, '')), ...outs])
    throw new UserError(
      `${at}: '${stage.id}': nothing makes its dep '${dep}', and no file is called so.${near}`,
    )
  }
  if (found.every((makers) => makers.length === 0)) {
    throw new UserError(`${at}: '${stage.id}': nothing in profile '${pipeline.profile}' makes '${dep}'`)
  }
}

function isFile(dep: string, { folder }: Pipeline): boolean {
  return statSync(isAbsolute(dep) ? dep : resolve(folder, dep), { throwIfNoEntry: false })?.isFile() ?? false
}
