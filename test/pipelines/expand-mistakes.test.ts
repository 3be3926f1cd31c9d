// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import { own, small } from './a-code-base.ts'
import { mistake } from './toy.ts'

describe('pipelines/expand: mistakes', () => {
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
      [
        ['set=gaussian'],
        [],
        "--axis set: no 'gaussian' in this profile (gaussian0.5_grid16). Did you mean 'gaussian0.5_grid16'?",
      ],
      [
        ['baseline=nope'],
        [],
        "baseline 'nope' not found in baselines/operators (mean, zero), baselines/preconditioners (ic0, none), baselines/recommenders (markov, popularity). Did you mean 'none'?",
      ],
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
