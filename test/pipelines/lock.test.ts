import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Params, Stage } from '../../contracts.ts'
import { changes, keyOf, type Made, type Now, openLock, readLock } from '../../pipelines/lock.ts'
import { mistake } from './toy.ts'

const stage: Stage = {
  id: 'train@unet',
  run: 'train',
  deps: ['datasets/a'],
  outs: ['runs/unet'],
  params: { model: 'unet', budget: { epochs: 300, batch: 16 }, dilations: [1, 2, 4] },
  device: 'cpu',
}
const now: Now = {
  seed: 42,
  code: { 'pipelines/stages/train': 'aa', 'models/operators/unet': 'bb' },
  deps: { 'datasets/a': 'dd' },
}
const made = (of: Stage = stage, then: Now = now): Made => ({
  key: keyOf(of, then),
  run: of.run,
  ...then,
  params: of.params,
  outs: Object.fromEntries(of.outs.map((out) => [out, 'ee'])),
  facts: { loss: 1e-10, text: 'yes', version: '0.4' },
  took: 1.25,
  on: { node: 'v20.0.0', platform: 'linux-x64' },
})

describe('pipelines/lock', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fieldrank-lock-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('gives every difference a sentence', () => {
    const params = (more: Params) => ({ ...stage, params: { ...stage.params, ...more } })
    const cases: [Stage, Now, string[]][] = [
      [stage, now, []],
      [params({ budget: { epochs: 400, batch: 16 } }), now, ['params.budget.epochs 300 → 400']],
      [params({ dilations: [1, 2] }), now, ['params.dilations [1,2,4] → [1,2]']],
      [params({ width: 'wide' }), now, ['params.width is new: "wide"']],
      [
        { ...stage, params: { model: 'unet', dilations: [1, 2, 4] } },
        now,
        ['params.budget is gone, was {"epochs":300,"batch":16}'],
      ],
      [{ ...stage, run: 'fit' }, now, ['run train → fit']],
      [
        { ...stage, outs: ['runs/x'] },
        now,
        ['output runs/x is new', 'output runs/unet is no longer asked for'],
      ],
      [stage, { ...now, seed: 43 }, ['seed 42 → 43']],
      [
        stage,
        { ...now, code: { ...now.code, 'models/operators/unet': 'b2' } },
        ['code of models/operators/unet changed'],
      ],
      [stage, { ...now, deps: { 'datasets/a': 'd2' } }, ['input datasets/a changed']],
      [stage, { ...now, deps: { ...now.deps, 'datasets/b': 'd3' } }, ['input datasets/b is new']],
      [stage, { ...now, deps: {} }, ['input datasets/a is gone']],
    ]
    for (const [is, then, sentences] of cases) {
      assert.deepEqual(changes(is, then, made()), sentences)
      assert.equal(keyOf(is, then) === made().key, sentences.length === 0)
    }
    assert.deepEqual(changes(stage, now, undefined), ['never ran'])
    assert.deepEqual(changes(stage, now, { ...made(), key: 'ff' }), ['its key in the lock differs'])
  })

  it('has one key for one meaning', () => {
    const turned = {
      ...stage,
      params: { dilations: [1, 2, 4], budget: { batch: 16, epochs: 300 }, model: 'unet' },
    }
    assert.equal(keyOf(turned, now), keyOf(stage, now))
    assert.equal(keyOf({ ...stage, device: 'gpu', id: 'other' }, now), keyOf(stage, now)) // neither changes the work
  })

  it('reads what it wrote, numbers and odd texts included', async () => {
    const lock = openLock(root, 'smoke')
    const odd = {
      ...stage,
      id: 'b@0.4',
      params: { text: '0.4', yes: 'yes', none: null, tiny: 1e-300, list: [], map: {} },
    }
    await Promise.all([lock.put(stage.id, made()), lock.put(odd.id, made({ ...odd, outs: ['runs/b'] }))])
    assert.deepEqual(
      readLock(root),
      new Map([
        ['b@0.4', made({ ...odd, outs: ['runs/b'] })],
        ['train@unet', made()],
      ]),
    )
    assert.match(
      readFileSync(join(root, 'lock.yaml'), 'utf8'),
      /^schema: 1\nprofile: smoke\nstages:\n {2}b@0.4:\n {4}key: /,
    )
    assert.deepEqual(openLock(root, 'smoke').made, lock.made)
    assert.deepEqual(parse(readFileSync(join(root, 'lock.yaml'), 'utf8')).stages['b@0.4'].params, odd.params) // it is YAML
  })

  it('reads what a person has written another way', () => {
    const text = stringify({ schema: 1, profile: 'smoke', stages: { [stage.id]: made() } })
    assert.ok(text.includes('\n      budget:\n'))
    writeFileSync(join(root, 'lock.yaml'), `# edited\n${text}`)
    assert.deepEqual(readLock(root), new Map([[stage.id, made()]]))
  })

  it('keeps one entry per place: the last to make it', async () => {
    const lock = openLock(root, 'smoke')
    await lock.put('old@a', made({ ...stage, outs: ['runs/unet/part'] }))
    await lock.put('far@a', made({ ...stage, outs: ['runs/unet2'] }))
    await lock.put('new@a', made())
    assert.deepEqual([...readLock(root).keys()], ['far@a', 'new@a'])
  })

  it('writes once for many that finish while a write is under way', async () => {
    const lock = openLock(root, 'smoke')
    const puts = Array.from({ length: 50 }, (_, i) =>
      lock.put(`s@${i}`, made({ ...stage, outs: [`runs/${i}`] })),
    )
    await Promise.all(puts)
    assert.equal(readLock(root).size, 50)
    assert.ok(new Set(puts).size <= 2) // the promises are those of the writes
  })

  it('takes a missing file for an empty lock and a damaged one for none of its business', () => {
    assert.equal(readLock(root).size, 0)
    for (const text of ['{', 'schema: 2', 'schema: 1\nstages: { a: { key: 3 } }', '\0\0\0']) {
      writeFileSync(join(root, 'lock.yaml'), text)
      assert.match(
        mistake(() => readLock(root)),
        /lock.yaml: damaged, or not a lock of this version/,
      )
    }
  })
})
