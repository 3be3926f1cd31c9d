import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import {
  absolutePaths,
  cachedFiles,
  checkMentions,
  dataFiles,
  isUnknown,
  kindCalled,
  mentions,
} from '../../pipelines/kinds.ts'
import { mistake } from './toy.ts'

const named = (params: Parameters<typeof mentions>[0]) =>
  mentions(params).map(({ folder, name }) => `${folder}/${name}`)

describe('pipelines/kinds', () => {
  it('finds the names of code among params', () => {
    assert.deepEqual(
      named({
        track: 'operators',
        model: 'fno',
        loss: { name: 'energy', weight: 2 },
        metrics: ['max-error', 'ndcg@10'],
      }),
      [
        'benchmarks/tracks/operators',
        'models/operators/fno',
        'losses/operators/energy',
        'metrics/operators/max-error',
        'metrics/operators/ndcg',
      ],
    )
    assert.deepEqual(named({ model: 'fno', solver: 'cg', grid: 16 }), ['solvers/cg']) // no track, no model
  })

  it('says which name is unknown before anything runs', () => {
    assert.match(
      mistake(() => checkMentions({ solver: 'cholesk' })),
      /^solver 'cholesk' not found in solvers \(.*cholesky.*\)\. Did you mean 'cholesky'\?$/,
    )
    assert.match(
      mistake(() => checkMentions({ track: 'operator' })),
      /^track 'operator' not found .* Did you mean 'operators'\?$/,
    )
    assert.match(
      mistake(() => checkMentions({ track: 'operators', metrics: ['relative-l3@5'] })),
      /^metric 'relative-l3' not found/,
    )
    assert.equal(
      mistake(() => checkMentions({ source: resolve('nowhere.csv') })),
      "source './nowhere.csv': no such file",
    )
    assert.deepEqual(mentions({ solver: 'cholesky', generator: 'nope' }).map(isUnknown), [true, false])
    checkMentions({ source: 'gowalla' }) // a public log: no code
    assert.deepEqual(mentions({ source: 'gowalla' }).map(isUnknown), [false])
    assert.match(
      mistake(() => checkMentions({ source: 'gowala' })),
      /^source 'gowala' not found in generators \(.*zipf, .*\)\. Did you mean 'gowalla'\?$/,
    )
  })

  it('makes paths absolute and knows files of data', () => {
    const params = absolutePaths({
      source: './pipeline.yaml',
      solver: 'cg',
      level: './kept',
      model: { name: './m.ts', k: 1 },
    })
    assert.deepEqual(params, {
      source: resolve('pipeline.yaml'),
      solver: 'cg',
      level: './kept',
      model: { name: resolve('m.ts'), k: 1 },
    })
    assert.deepEqual(dataFiles(params), [resolve('pipeline.yaml')])
  })

  it('knows the file of data/cache behind a public log, and none behind other names', () => {
    assert.deepEqual(cachedFiles({ source: 'gowalla' }), ['gowalla.txt.gz'])
    for (const source of ['zipf', resolve('pipeline.yaml'), 'constructor'])
      assert.deepEqual(cachedFiles({ source }), [], source)
    assert.deepEqual(cachedFiles({ solver: 'gowalla' }), [])
  })

  it('answers to singular and plural', () => {
    assert.equal(kindCalled('models').param, 'model')
    assert.equal(kindCalled('metric').param, 'metrics')
    assert.match(
      mistake(() => kindCalled('modles')),
      /^unknown kind 'modles' \(generators, .*\)\. Did you mean 'models'\?$/,
    )
  })
})
