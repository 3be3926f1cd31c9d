// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import { readPipeline } from '../../pipelines/load.ts'
import { parseYaml } from '../../pipelines/yaml.ts'
import { mistake } from './toy.ts'

const GOOD = `schema: 1
seed: 42
stages:
  solve:
    about: a stage
    run: solve
    deps: [fields/a]
    outs: [solved/a]
    params:
      tolerance: 1.0e-10
profiles:
  smoke:
    limits: { cpu: 2 }
    grid: [16]
`
const read = (text: string, profile = 'smoke') => readPipeline(text, 'pipeline.yaml', profile)
/** The sentence that GOOD earns after one edit. */
const edited = (from: string, to: string, profile?: string) =>
  mistake(() => read(GOOD.replace(from, to), profile))

describe('pipelines/load', () => {
  it('reads a pipeline', () => {
    const { templates, seed, limits, values, profile } = read(GOOD)
    assert.deepEqual(templates, [
      {
        name: 'solve',
        about: 'a stage',
        run: 'solve',
        foreach: [],
        matrix: {},
        exclude: [],
        deps: ['fields/a'],
        outs: ['solved/a'],
        params: { tolerance: 1e-10 },
        device: 'cpu',
      },
    ])
    assert.deepEqual(
      [seed, limits, profile, values.grid],
      [42, { cpu: 2, gpu: 1, workers: 1 }, 'smoke', [16]],
    )
  })

  it('says where an unknown key is, and what was meant', () => {
    assert.equal(
      edited('    deps:', '    dep:'),
      "pipeline.yaml:7:5: unknown key 'dep' in stage 'solve'. Did you mean 'deps'?",
    )
    assert.equal(
      edited('seed: 42', 'sed: 42'),
      "pipeline.yaml:2:1: unknown key 'sed' at the top. Did you mean 'seed'?",
    )
    assert.equal(
      edited('{ cpu: 2 }', '{ gpus: 2 }'),
      "pipeline.yaml:13:15: unknown key 'gpus' in limits of profile 'smoke'. Did you mean 'gpu'?",
    )
  })

  it('says what a value must be', () => {
    const cases: [string, string, string][] = [
      ['schema: 1', 'schema: 2', 'pipeline.yaml:1:1: schema must be 1 (got 2)'],
      ['seed: 42', 'seed: -1', 'pipeline.yaml:2:1: seed must be a whole number ≥ 0 (got -1)'],
      [
        '[fields/a]',
        'fields/a',
        'pipeline.yaml:7:5: stage \'solve\': deps must be a list of texts (got "fields/a")',
      ],
      ['[fields/a]', '[fields/a, 3]', "pipeline.yaml:7:22: stage 'solve': deps must be a text (got 3)"],
      ['    run: solve\n', '', "pipeline.yaml:4:3: stage 'solve' has no 'run'"],
      ['[solved/a]', '[]', "pipeline.yaml:8:5: stage 'solve': outs is empty"],
      [
        'about: a stage',
        'device: tpu',
        'pipeline.yaml:5:5: stage \'solve\': device must be cpu or gpu (got "tpu")',
      ],
      [
        'about: a stage',
        'matrix: [a]',
        'pipeline.yaml:5:5: stage \'solve\': matrix must be a map (got ["a"])',
      ],
      ['about: a stage', 'exclude: 3', "pipeline.yaml:5:5: stage 'solve': exclude must be a list (got 3)"],
      [
        'about: a stage',
        'foreach: [solv]',
        "pipeline.yaml:5:15: stage 'solve': no stage 'solv'. Did you mean 'solve'?",
      ],
      ['cpu: 2', 'cpu: 0', 'pipeline.yaml:13:15: limits.cpu must be a whole number ≥ 1 (got 0)'],
      ['grid: [16]', 'item: 3', "pipeline.yaml:14:5: 'item' is taken: ${item} means another thing"],
      [
        '  solve:',
        '  Solve it:',
        "pipeline.yaml:4:3: stage 'Solve it': a name is lower-case letters and digits, joined by hyphens",
      ],
    ]
    for (const [from, to, sentence] of cases) assert.equal(edited(from, to), sentence)
  })

  it('knows its profiles', () => {
    assert.equal(
      mistake(() => read(GOOD, 'smok')),
      "unknown profile 'smok' in pipeline.yaml (smoke). Did you mean 'smoke'?",
    )
  })

  it('refuses what is YAML and more than JSON', () => {
    const bomb = ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]']
    for (const [to, from] of ['ba', 'cb', 'dc', 'ed', 'fe']) {
      bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(', ')}]`)
    }
    assert.match(
      mistake(() => parseYaml(bomb.join('\n'), 'x')),
      /^x: Excessive alias count/,
    )
    assert.equal(
      mistake(() => parseYaml('a: 1\na: 2', 'x')),
      'x:2:1: Map keys must be unique',
    )
    assert.equal(mistake(() => parseYaml('a: !!js/function x', 'x')).slice(0, 22), 'x:1:4: Unresolved tag:')
    assert.equal(
      mistake(() => parseYaml('a: .inf', 'x')),
      'x:1:1: Infinity is no number that JSON can hold',
    )
    assert.equal(
      mistake(() => parseYaml('a: {__proto__: 1}', 'x')),
      "x:1:5: the key '__proto__' is refused",
    )
    assert.match(
      mistake(() => parseYaml('['.repeat(20_000), 'x')),
      /nested too deeply$/,
    )
    assert.equal(
      mistake(() => parseYaml('aaaa', 'x', 3)),
      'x: 4 characters, at most 3 are read',
    )
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  })

  it('does not care for a byte order mark or the line ends of Windows', () => {
    const windows = `\uFEFF${GOOD.replaceAll('\n', '\r\n')}`
    assert.deepEqual(read(windows).templates, read(GOOD).templates)
  })
})
