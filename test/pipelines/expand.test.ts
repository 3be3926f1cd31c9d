// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { expand, templateOf, type World } from '../../pipelines/expand.ts'
import { link } from '../../pipelines/graph.ts'
import { checkMentions } from '../../pipelines/kinds.ts'
import { loadPipeline, readPipeline } from '../../pipelines/load.ts'
import { override } from '../../pipelines/overrides.ts'
import { mistake } from './toy.ts'

/** A code base of a known size, so that a new model does not change what is expected here. */
const FOLDERS: Record<string, string[]> = {
  'models/operators': ['fno', 'unet'],
  'losses/operators': ['energy', 'relative-l2'],
  'models/preconditioners': ['dcdm', 'mlp', 'naive-gnn', 'precorrector'],
  'losses/preconditioners': ['high-frequency', 'low-frequency'],
  'models/recommenders': ['bert4rec', 'gru4rec', 'sasrec'],
  'losses/recommenders': ['bce', 'ce', 'sce'],
  'baselines/operators': ['mean', 'zero'],
  'baselines/preconditioners': ['ic0', 'none'],
  'baselines/recommenders': ['markov', 'popularity'],
}
const world: World = {
  names: (folder) => FOLDERS[folder] ?? [],
  unknown: ({ folder, name }) => !name.includes('/') && FOLDERS[folder]?.includes(name) === false,
}
const own = (profile: string, axis: string[] = [], set: string[] = []) =>
  expand(override(loadPipeline('pipeline.yaml', profile), { axis, set }), world)

/** A pipeline of these stages over a small profile. */
function small(stages: string, axis: string[] = [], profile = 'grid: [8, 16]') {
  const text = `schema: 1\nseed: 5\nstages:\n${stages.replace(/^/gm, '  ')}\nprofiles:\n  toy:\n    ${profile}\n`
  return expand(override(readPipeline(text, 'p.yaml', 'toy'), { axis }), world)
}
const counts = (stages: readonly { id: string }[]) => {
  const found: Record<string, number> = {}
  for (const { id } of stages) found[templateOf(id)] = (found[templateOf(id)] ?? 0) + 1
  return found
}

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

  it('says in one sentence what is wrong', () => {
    const one = (rest: string) => `one: { run: x, ${rest} }`
    const cases: [string, string][] = [
      [one('outs: ["o/${item.grid}"]'), 'p.yaml:4:25: unknown reference ${item.grid}.'],
      [one('outs: ["o/${gridd}"]'), "p.yaml:4:25: unknown reference ${gridd}. Did you mean 'grid'?"],
      [one('outs: ["o/${grid}"]'), "p.yaml:4:25: 'grid' is a list; it cannot stand in an id or a path"],
      [
        one('matrix: { level: [{ a: 1 }] }, outs: [o]'),
        "p.yaml:4:28: 'level' is a map without a name; it cannot stand in an id or a path",
      ],
      [
        one('matrix: { grid: "${grid}" }, outs: [o]'),
        "out 'o' is made twice, by 'one@8' and 'one@16': put an axis into its path",
      ],
      [
        one('matrix: { grid: [8, 8] }, outs: ["o/${item.grid}"]'),
        "two stages are called 'one@8': their axis values must differ in name",
      ],
      [
        `${one('outs: [o]')}\ntwo: { run: x, outs: [o/p] }`,
        "out 'o/p' of 'two' lies inside an out of 'one': outs must lie apart",
      ],
      [
        one('outs: [../o]'),
        "p.yaml:4:25: out '../o' must be a path inside the data folder: letters, digits and . _ + = - between slashes",
      ],
      [
        one('outs: [.journal]'),
        "p.yaml:4:25: out '.journal' must be a path inside the data folder: letters, digits and . _ + = - between slashes",
      ],
      [one('foreach: [one], outs: [o]'), 'p.yaml:4:18: foreach goes round in a circle: one → one'],
      [one('params: "${grid}", outs: [o]'), "p.yaml:4:18: stage 'one': params must be a map (got [8,16])"],
      [
        one('matrix: { model: models/../x/* }, outs: [o]'),
        "p.yaml:4:28: 'models/../x/*' is no folder of the code",
      ],
      [
        one('matrix: { grid: "${grid}" }, exclude: [{ gridd: 8 }], outs: ["o/${item.grid}"]'),
        "p.yaml:4:59: exclude names no axis 'gridd'. Did you mean 'grid'?",
      ],
      [
        one('matrix: { grid: ["a b"] }, outs: ["o/x"]'),
        "p.yaml:4:3: id 'one@a b' must be letters, digits and . _ + = -, at most 200. Give its axis values names",
      ],
    ]
    for (const [stages, sentence] of cases)
      assert.equal(
        mistake(() => small(stages)),
        sentence,
      )
  })

  it('says in one sentence what is wrong with an override', () => {
    const cases: [string[], string[], string][] = [
      [
        ['sede=1'],
        [],
        "--axis sede: no matrix has this axis (covariance, level, grid, generator, set, source, strategy, model, loss, seed, baseline, track). Did you mean 'seed'?",
      ],
      [['level=0.3'], [], "--axis level: no '0.3' in this profile (0.4). Did you mean '0.4'?"],
      [['model'], [], '--axis model: expected name=v1,v2'],
      [['model='], [], '--axis model: give at least one value'],
      [
        [],
        ['condiff.grids=8'],
        "--set condiff.grids: no key 'grids' in profile 'smoke' (device, covariance, level, grid, sets, rows, solve). Did you mean 'grid'?",
      ],
      [[], ['condiff.rows.train=many'], '--set condiff.rows.train: expected a number like 64 (got "many")'],
      [
        [],
        ['condiff.rows.train.x=1'],
        "--set condiff.rows.train.x: 'x' has nothing to stand in: 64 is no map",
      ],
      [
        [],
        ['condiff.rows=7'],
        '--set condiff.rows: expected a map like {"train":64,"valid":16,"test":32,"perShard":32} (got 7)',
      ],
      [[], ['seed=x'], '--set seed: must be a whole number ≥ 0 (got "x")'],
      [
        [],
        ['sed=3'],
        "--set sed: no key 'sed' in profile 'smoke' (limits, leaderboard, condiff, systems, catalog, train). Did you mean 'seed'?",
      ],
      [[], ['limits.cpu=0'], '--set limits.cpu: must be a whole number ≥ 1 (got 0)'],
      [[], ['train.seed=[1'], '--set train.seed:1:3: Flow sequence must end with a ]'],
    ]
    for (const [axis, set, sentence] of cases)
      assert.equal(
        mistake(() => own('smoke', axis, set)),
        sentence,
      )
  })
})
