// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is how a pipeline refers
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Executor } from '../../contracts.ts'
import { sha256 } from '../../io/files.ts'
import { inProcess } from '../../pipelines/executors/in-process.ts'
import { readLock } from '../../pipelines/lock.ts'
import { runToy, TOY_PIPELINE, type Toy, toy } from './toy.ts'

/** What a folder among the deps holds for a stage. */
describe('pipelines/inputs', () => {
  let one: Toy
  let root: string
  beforeEach(() => {
    one = toy()
    root = join(one.data, 'toy')
  })
  afterEach(() => one.remove())
  /** The files that `total` saw. */
  const seen = () => readFileSync(join(root, 'total/sum.txt'), 'utf8').match(/^\/\d+\/sum\.txt$/gm)

  it('is everything made under it, also by earlier runs, as long as that is still true', async () => {
    await runToy(one, { axis: ['value=1'] })
    assert.deepEqual(seen(), ['/1/sum.txt'])
    await runToy(one, { axis: ['value=2,3'] })
    assert.deepEqual(seen(), ['/1/sum.txt', '/2/sum.txt', '/3/sum.txt'])
    // Less asked for is no reason to make the table again: what it shows is as true as before.
    assert.deepEqual((await runToy(one, { axis: ['value=2'] })).lines, [])
  })

  it('is not what went stale meanwhile', async () => {
    await runToy(one)
    const { logs } = await runToy(one, { axis: ['value=2'], set: ['seed=8'] })
    assert.ok(logs.includes('1 of 2 in sums are out of date and left out'))
    assert.deepEqual(seen(), ['/2/sum.txt']) // 1 was made under seed 7
    await runToy(one, { axis: ['value=1'], set: ['seed=8'] })
    assert.deepEqual(seen(), ['/1/sum.txt', '/2/sum.txt'])
    writeFileSync(join(root, 'rows/1/rows-0.txt'), 'spoiled')
    await runToy(one, { axis: ['value=2,3'], set: ['seed=8'] })
    assert.deepEqual(seen(), ['/2/sum.txt', '/3/sum.txt']) // what 1 was summed from is no longer there
  })

  it('is not what merely lies there', async () => {
    await runToy(one)
    one.write('data/toy/sums/9/sum.txt', 'stray')
    await runToy(one, { only: ['total'], force: true })
    assert.deepEqual(seen(), ['/1/sum.txt', '/2/sum.txt'])
  })

  it('costs no copy, and nothing of the view stays', async () => {
    let links = 0
    const executor: Executor = (stage, ctx) => {
      if (stage.id === 'total') links = statSync(join(ctx.dep('sums'), '1/sum.txt')).nlink
      return inProcess(one.stages)(stage, ctx)
    }
    await runToy(one, {}, { executor })
    assert.equal(links, 2)
    assert.equal(existsSync(join(root, '.view')), false)
    assert.equal(statSync(join(root, 'sums/1/sum.txt')).nlink, 1)
  })

  it('is what a folder of the project holds, where a dep ends with a slash; nothing when it is missing', async () => {
    one.write('pipeline.yaml', TOY_PIPELINE.replace('deps: [sums]', 'deps: [sums, sent/in/]'))
    const dep = async () => {
      let place = ''
      const executor: Executor = async (stage, ctx) => {
        if (stage.id !== 'total') return inProcess(one.stages)(stage, ctx)
        place = ctx.dep('sent/in/')
        writeFileSync(join(ctx.out('total'), 'sum.txt'), 'a sum')
        return {}
      }
      const { failures } = await runToy(one, {}, { executor })
      assert.deepEqual(failures, [])
      return place
    }
    assert.equal(await dep(), join(one.folder, 'sent/in')) // never ran
    assert.equal(await dep(), '') // up to date, though the folder is missing
    one.write('sent/other.txt', 'not among them')
    assert.equal(await dep(), '')
    one.write('sent/in/a.txt', 'a')
    assert.equal(await dep(), join(one.folder, 'sent/in'))
    assert.equal(await dep(), '')
    one.write('sent/in/a.txt', 'another')
    assert.equal(await dep(), join(one.folder, 'sent/in'))
  })

  it('may be empty for a stage that has other deps', async () => {
    const more = TOY_PIPELINE.replace('deps: [sums]', 'deps: [sums, extras]').replace(
      '  total:',
      '  extra: { matrix: { n: "${none}" }, run: sum, outs: ["extras/${item.n}"] }\n  total:',
    )
    one.write('pipeline.yaml', more.replace('pause: 0', 'pause: 0\n    none: []'))
    const { failures } = await runToy(one)
    assert.deepEqual(failures, [])
    assert.deepEqual(seen(), ['/1/sum.txt', '/2/sum.txt'])
  })

  it('is a file of the project, or of the user, by its content', async () => {
    one.write('notes.txt', 'first')
    one.write('log.csv', 'user,item\n')
    const pipeline = `schema: 1\nseed: 1\nstages:\n  read: { run: sum, deps: [notes.txt], params: { source: "${one.folder}/log.csv" }, outs: [read] }\nprofiles: { toy: {} }\n`
    one.write('pipeline.yaml', pipeline)
    await runToy(one)
    assert.match(readFileSync(join(root, 'read/sum.txt'), 'utf8'), /first[\s\S]*user,item/)
    assert.deepEqual(Object.keys(readLock(root).get('read')!.deps), ['notes.txt', `${one.folder}/log.csv`])
    one.write('notes.txt', 'second')
    one.write('log.csv', 'user,item,time\n')
    const { reasons } = await runToy(one)
    assert.deepEqual(reasons.get('read'), ['input notes.txt changed', `input ${one.folder}/log.csv changed`])
  })

  it('is also a public log in data/cache, as soon as a stage has read it, and as long as it is there', async () => {
    one.write(
      'pipeline.yaml',
      'schema: 1\nseed: 1\nstages:\n  read: { run: sum, params: { source: gowalla }, outs: [read] }\nprofiles: { toy: {} }\n',
    )
    const file = join(one.data, 'cache/gowalla.txt.gz')
    const executor: Executor = async (_, ctx) => {
      if (!existsSync(file)) one.write('data/cache/gowalla.txt.gz', 'first edition') // as a download would
      const text = readFileSync(file, 'utf8')
      writeFileSync(join(ctx.out('read'), 'log.txt'), text)
      return { sha256: sha256(text) }
    }
    const plan = async () => {
      const { reasons, lines } = await runToy(one, {}, { executor })
      return [...(reasons.get('read') ?? []), ...lines]
    }
    assert.deepEqual(await plan(), ['never ran', 'made read'])
    assert.deepEqual(await plan(), []) // that the file is there now is no change
    one.write('data/cache/gowalla.txt.gz', 'second edition')
    assert.deepEqual(await plan(), ['data/cache/gowalla.txt.gz is not what was read', 'made read'])
    assert.equal(readFileSync(join(root, 'read/log.txt'), 'utf8'), 'second edition')
    assert.deepEqual(await plan(), [])
    rmSync(file)
    assert.deepEqual(await plan(), []) // what was made of it is as true as before
  })
})
