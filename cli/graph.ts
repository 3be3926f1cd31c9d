/** fieldrank graph: the stages and what they need. */
import { suggest, UserError } from '../io/errors.ts'
import { pretty } from '../io/json.ts'
import { folded, type Graph, toMermaid, toText } from '../pipelines/graph.ts'
import { aim } from '../pipelines/plan.ts'
import { pipelineFlags, requestOf } from './flags/pipeline.ts'
import type { Verb } from './verb.ts'

const FORMATS: Record<string, (graph: Graph, isFolded: boolean) => string> = {
  text: (graph, isFolded) => toText(isFolded ? folded(graph) : graph),
  mermaid: (graph, isFolded) => toMermaid(isFolded ? folded(graph) : graph),
  json: ({ stages, needs }) => pretty(stages.map((stage) => ({ ...stage, needs: needs.get(stage.id) }))),
}

const verb: Verb = {
  about: 'draws the stages and what they need',
  arguments: '[stage-or-id...]',
  options: [
    ...pipelineFlags,
    ['--format <name>', 'text, mermaid, or json (every stage in full)', 'text'],
    ['--ids', 'every stage on its own, not those of one name as one'],
  ],
  examples: [
    'fieldrank graph',
    'fieldrank graph --format mermaid --ids --profile tiny',
    'fieldrank graph --format json',
  ],

  async run(args, options) {
    const name = String(options.format)
    const names = Object.keys(FORMATS)
    if (!Object.hasOwn(FORMATS, name)) {
      throw new UserError(`--format: unknown format '${name}' (${names.join(', ')}).${suggest(name, names)}`)
    }
    process.stdout.write(FORMATS[name]!(aim(requestOf(args, options)).graph, options.ids !== true))
  },
}

export default verb
