// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import { expand } from '../../pipelines/expand.ts'
import { folded, link, reach, select, toMermaid, toText, turned } from '../../pipelines/graph.ts'
import { readPipeline } from '../../pipelines/load.ts'
import { mistake } from './toy.ts'

/** 'name: deps → outs' per line; the stages are their own pipeline. */
function graph(...lines: string[]) {
  const stages = lines.map((line) => {
    const [, name, deps, outs] = /^(\S+): ?(.*?) ?→ (.*)$/.exec(line)!
    const list = (text: string) =>
      `[${text
        .split(' ')
        .filter(Boolean)
        .map((one) => `"${one}"`)}]`
    const matrix = line.includes('item.n') ? 'matrix: { n: "${n}" }, ' : ''
    return `  ${name}: { run: x, ${matrix}deps: ${list(deps!)}, outs: ${list(outs!)} }\n`
  })
  const text = `schema: 1\nseed: 1\nstages:\n${stages.join('')}profiles: { p: { n: [1, 2], none: [] } }\n`
  const pipeline = readPipeline(text, 'p.yaml', 'p')
  return link(expand(pipeline), pipeline)
}
const DIAMOND = ['d: b c → d', 'b: a → b', 'c: a → c', 'a: → a'] as const

describe('pipelines/graph', () => {
  it('puts every stage after all it needs', () => {
    const { stages, needs } = graph(...DIAMOND)
    assert.deepEqual(
      stages.map(({ id }) => id),
      ['a', 'b', 'c', 'd'],
    )
    assert.deepEqual(needs.get('d'), ['b', 'c'])
  })

  it('takes a folder for everything made under it, and a file for the out it lies in', () => {
    const { needs } = graph('make: → all/${item.n}', 'use: all → used', 'look: all/1/manifest.json → looked')
    assert.deepEqual(needs.get('use'), ['make@1', 'make@2'])
    assert.deepEqual(needs.get('look'), ['make@1'])
  })

  it('knows what lies above and below', () => {
    const { needs } = graph(...DIAMOND)
    assert.deepEqual([...reach(['b'], needs)].sort(), ['a', 'b'])
    assert.deepEqual([...reach(['b'], turned(needs))].sort(), ['b', 'd'])
  })

  it('selects by id and by the name in pipeline.yaml', () => {
    const { stages } = graph('make: → all/${item.n}', 'use: all → used')
    assert.deepEqual([...select(['make'], stages)], ['make@1', 'make@2'])
    assert.deepEqual([...select(['make@2', 'use'], stages)], ['make@2', 'use'])
    assert.equal(
      mistake(() => select(['mkae'], stages)),
      "unknown stage 'mkae' (make, use). Did you mean 'make'?",
    )
    assert.equal(
      mistake(() => select(['make@3'], stages)),
      "unknown stage 'make@3' (make, use). Did you mean 'make'?",
    )
  })

  it('refuses a circle, and a dep from nowhere', () => {
    assert.equal(
      mistake(() => graph('a: c → a', 'b: a → b', 'c: b → c')),
      'the deps go round in a circle: a → c → b → a',
    )
    assert.equal(
      mistake(() => graph('a: → fields/x', 'b: feilds/x → b')),
      "p.yaml:5:16: 'b': nothing makes its dep 'feilds/x', and no file is called so. Did you mean 'fields/x'?",
    )
  })

  it('drops a folder that this profile leaves empty, unless nothing is left', () => {
    const empty =
      'schema: 1\nseed: 1\nstages:\n  a: { run: x, matrix: { n: "${none}" }, outs: ["scores/${item.n}"] }\n'
    const more = '  b: { run: x, outs: [runs/b] }\n  c: { run: x, deps: [DEPS], outs: [c] }\n'
    const linked = (deps: string) => {
      const text = `${empty}${more.replace('DEPS', deps)}profiles: { p: { none: [] } }\n`
      const pipeline = readPipeline(text, 'p.yaml', 'p')
      return link(expand(pipeline), pipeline)
    }
    assert.deepEqual(linked('scores, runs').needs.get('c'), ['b'])
    assert.equal(
      mistake(() => linked('scores')),
      "p.yaml:6:16: 'c': nothing in profile 'p' makes 'scores'",
    )
  })

  it('takes a file of the project for a dep', () => {
    assert.deepEqual(graph('a: package.json → a').needs.get('a'), [])
  })

  it('draws', () => {
    const made = graph('make: → all/${item.n}', 'use: all → used')
    assert.equal(toText(made), 'make@1\nmake@2\nuse ← make@1, make@2\n')
    assert.equal(toText(folded(made)), 'make × 2\nuse ← make × 2\n')
    assert.equal(toMermaid(folded(made)), 'flowchart LR\n  s0["make × 2"]\n  s1["use"]\n  s0 --> s1\n')
  })
})
