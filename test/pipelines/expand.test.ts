// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { expand } from '../../pipelines/expand.ts'
import { link } from '../../pipelines/graph.ts'
import { checkMentions } from '../../pipelines/kinds.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import { counts, own, small } from './a-code-base.ts'

describe('pipelines/expand', () => {
  it('multiplies the pipeline of this repository', () => {
    assert.deepEqual(counts(own('small')), {
      fields: 2, // levels
      poisson: 1,
      solve: 3, // fields + poisson
      systems: 1,
      'solve-systems': 1,
      interactions: 1,
      split: 1,
      'train-operators': 75, // 3 datasets × (8 models × 3 seeds with one loss, and the other loss on unet)
      'fit-operators': 6, // 3 × 2
      'train-preconditioners': 8, // four models with two losses
      'fit-preconditioners': 2,
      'card-operators': 3,
      'card-preconditioners': 1,
      'card-recommenders': 1,
      'train-recommenders': 9, // sasrec with ce and sce under 3 seeds, with bce under one; two other models with ce
      'fit-recommenders': 2,
      'score-operators': 81,
      'score-preconditioners': 10,
      'oracle-recommenders': 1,
      'score-recommenders': 12,
      leaderboard: 3,
      report: 1,
    })
    assert.equal(counts(own('full')).fields, 24) // 3 covariances × 4 levels × 2 grids
    assert.equal(counts(own('full')).solve, 26)
  })

  it('knows every value that the stages ask of a profile, whichever it is', () => {
    const profiles = Object.keys(parse(readFileSync('pipeline.yaml', 'utf8')).profiles)
    assert.ok(profiles.includes('extended'))
    for (const profile of profiles) {
      const pipeline = loadPipeline('pipeline.yaml', profile)
      const { stages } = link(expand(pipeline), pipeline)
      for (const { params } of stages) checkMentions(params)
      const trained = counts(stages)['train-operators']!
      assert.ok(trained >= 1 && counts(stages)['fit-operators']! >= 1, `${profile}: ${trained} trained`)
    }
  })

  it('spells three stages of it out', () => {
    const stages = own('full')
    const find = (id: string) => stages.find((stage) => stage.id === id)
    assert.deepEqual(find('fields@gaussian-2.0-64'), {
      id: 'fields@gaussian-2.0-64',
      run: 'fields',
      deps: [],
      outs: ['fields/gaussian2.0_grid64'],
      params: {
        generator: 'condiff',
        covariance: 'gaussian',
        variance: 2,
        contrast: [80000, 100000],
        grid: 64,
        rows: { train: 1000, valid: 100, test: 200, perShard: 100 },
      },
      device: 'cpu',
    })
    assert.deepEqual(find('solve@gaussian-2.0-64'), {
      id: 'solve@gaussian-2.0-64',
      run: 'solve',
      deps: ['fields/gaussian2.0_grid64'],
      outs: ['datasets/operators/gaussian2.0_grid64'],
      params: { solver: 'multigrid', tolerance: 1e-10 },
      device: 'cpu',
    })
    const score = find('score-operators@gaussian-2.0-64-unet-relative-l2-0')!
    assert.deepEqual((score.params.metrics as string[]).slice(0, 2), ['relative-l2', 'max-error'])
    assert.deepEqual(
      { ...score, params: { track: score.params.track } },
      {
        id: 'score-operators@gaussian-2.0-64-unet-relative-l2-0',
        run: 'score',
        deps: [
          'runs/operators/gaussian2.0_grid64/unet_relative-l2_0',
          'datasets/operators/gaussian2.0_grid64',
        ],
        outs: ['scores/operators/gaussian2.0_grid64/unet_relative-l2_0'],
        params: { track: 'operators' },
        device: 'cpu',
      },
    )
  })

  it('keeps the type of a whole reference and names values inside a text', () => {
    const [stage] = small(
      [
        'one:',
        '  matrix: { level: [{ name: "0.4", window: [1, 2] }], file: ["./logs/My Log.csv.gz"] }',
        '  run: one',
        '  params: { level: "${item.level}", text: "at ${item.level}, ${grid.size}", window: "${item.level.window}", file: "${item.file}", seed: "${seed}" }',
        '  outs: ["o/${item.level}_${item.file}"]',
      ].join('\n'),
      [],
      'grid: { size: 8 }',
    )
    assert.deepEqual(stage!.params, {
      level: { name: '0.4', window: [1, 2] },
      text: 'at 0.4, 8',
      window: [1, 2],
      file: './logs/My Log.csv.gz',
      seed: 5,
    })
    assert.equal(stage!.id, 'one@0.4-my-log')
    assert.deepEqual(stage!.outs, ['o/0.4_my-log'])
  })

  it('drops the combinations that have all values of an exclude entry', () => {
    const stages = small(
      [
        'one:',
        '  matrix: { grid: "${grid}", solver: [cg, cholesky] }',
        '  exclude: [{ grid: 16, solver: cholesky }, { grid: 8, solver: cg }]',
        '  run: one',
        '  outs: ["o/${item.grid}${item.solver}"]',
      ].join('\n'),
    )
    assert.deepEqual(
      stages.map(({ id }) => id),
      ['one@8-cholesky', 'one@16-cg'],
    )
  })

  it('drops with { not: … } what has any other value, unless the command line names every axis of the entry', () => {
    const text = [
      'one:',
      '  matrix: { model: [a, b], loss: [x, y, z] }',
      '  exclude: [{ loss: { not: x }, model: { not: a } }]',
      '  run: one',
      '  outs: ["o/${item.model}${item.loss}"]',
    ].join('\n')
    const ids = (...axis: string[]) => small(text, axis).map(({ id }) => id.slice('one@'.length))
    assert.deepEqual(ids(), ['a-x', 'a-y', 'a-z', 'b-x'])
    assert.deepEqual(ids('model=b'), ['b-x'])
    assert.deepEqual(ids('model=b', 'loss=z'), ['b-z'])
  })

  it('repeats a stage for each stage that others made, under their ids', () => {
    const stages = small(
      [
        'last: { foreach: [left, right], run: x, deps: ["${each.out}"], params: { from: "${each.name}" }, outs: ["last/${each.path}"] }',
        'left: { matrix: { grid: "${grid}" }, run: x, outs: ["left/a/${item.grid}"] }',
        'right: { run: x, outs: [right/b] }',
      ].join('\n'),
    )
    assert.deepEqual(
      stages.slice(0, 3).map(({ id, outs, params }) => [id, outs[0], params.from]),
      [
        ['last@8', 'last/a/8', '8'],
        ['last@16', 'last/a/16', '16'],
        ['last@right', 'last/b', 'b'], // a parent without a suffix gives its name
      ],
    )
  })

  it('takes a scalar for a list of one', () => {
    assert.equal(
      small('one: { matrix: { grid: "${grid}" }, run: x, outs: ["o/${item.grid}"] }', [], 'grid: 8').length,
      1,
    )
    const set = own('smoke', [], ['train.operators.model=unet', 'train.operators.seed=[0,1]'])
    assert.equal(counts(set)['train-operators'], 2 * 1 * 1 * 2) // datasets × unet × losses × seeds
  })

  it('replaces an axis wherever it is, by --axis', () => {
    const grids = own('full', ['grid=32', 'level=0.1'])
    assert.deepEqual(counts(grids).fields, 3)
    assert.deepEqual(grids.find(({ id }) => id === 'fields@cubic-0.1-32')!.params.contrast, [5, 15])
    const given = own('smoke', ['model=models/operators/*,./my-model.ts'])
    const paths = given.map(({ params }) => params.model).filter((model) => String(model).endsWith('.ts'))
    assert.equal(paths[0], resolve('my-model.ts'))
    assert.ok(given.some(({ id }) => id === 'train-operators@gaussian-0.4-16-my-model-relative-l2-0'))
  })

  it('picks a map of the profile by its name, and lets other names of code through', () => {
    const models = (axis: string) =>
      own('tiny', [axis])
        .filter(({ id }) => id.startsWith('train-operators@poisson'))
        .map(({ params }) => params.model)
    assert.deepEqual(models('model=fno'), [{ name: 'fno', width: 8, layers: 1, modes: 4 }]) // as in pipeline.yaml
    assert.deepEqual(models('model=unet'), ['unet'])
    assert.deepEqual(models('model=./my-model.ts'), [resolve('my-model.ts')])
  })

  it('gives a model by --axis to the tracks that have it', () => {
    const stages = own('smoke', ['model=unet'])
    assert.equal(counts(stages)['train-operators'], 2)
    assert.equal(counts(stages)['train-recommenders'], undefined)
    assert.equal(counts(stages)['score-recommenders'], 14) // six fitted ones and the oracle on two splits
  })
})
