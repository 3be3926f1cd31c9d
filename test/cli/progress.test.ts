import assert from 'node:assert/strict'
import { liveLine, progress, seconds } from '../../cli/terminal/progress.ts'
import type { Stage } from '../../contracts.ts'
import type { Made } from '../../pipelines/lock.ts'
import type { Target } from '../../pipelines/plan.ts'

const stage: Stage = { id: 'solve@a', run: 'solve', deps: [], outs: ['a'], params: {}, device: 'cpu' }
const made = {
  took: 1.234,
  facts: { rows: 1300, worst: 3.123e-11, list: [1], none: null },
} as unknown as Made

function screen(isTTY: boolean) {
  const written: string[] = []
  return { written, isTTY, columns: 40, write: (text: string) => written.push(text) }
}

describe('cli/terminal/progress', () => {
  it('writes lines for a log', () => {
    const out = screen(false)
    const errors = screen(false)
    const events = progress(out, errors)
    events.planned!(
      {} as Target,
      new Map([
        ['solve@a', []],
        ['b', []],
      ]),
    )
    events.started(stage, [])
    events.progress(stage, 1, 2, 'shards') // shown on a terminal alone
    events.log(stage, 'a remark')
    events.made(stage, made)
    events.failed({ ...stage, id: 'b' }, { message: 'too odd', isUser: true })
    events.close()
    assert.deepEqual(out.written, [
      '[0/2] solve@a …\n',
      '        solve@a: a remark\n',
      '[1/2] solve@a  1.2 s  (rows 1300, worst 3.12e-11)\n',
      '[2/2] b  failed\n',
    ])
    assert.deepEqual(errors.written, ['b: too odd\n'])
  })

  it('writes a line for a log when a stage has been silent for long', async () => {
    const out = screen(false)
    const events = progress(out, screen(false), 10)
    events.started(stage, [])
    events.progress(stage, 1, 2, 'passes')
    while (out.written.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    events.close()
    assert.match(out.written[1]!, /^ {2}solve@a {2}1\/2 passes/)
    assert.match(out.written[2]!, /^ {2}solve@a {2}1\/2 passes/)
  })

  it('draws one line per running stage on a terminal, over and over', () => {
    const out = screen(true)
    const events = progress(out, screen(true))
    events.started(stage, [])
    events.started({ ...stage, id: 'b'.repeat(60) }, [])
    events.log(stage, 'a remark')
    events.made(stage, made)
    events.close()
    const text = out.written.join('')
    assert.ok(text.startsWith('  solve@a  0.0 s\n\x1b[1A\x1b[0J  solve@a  0.0 s\n  bbb'))
    assert.ok(text.includes('\x1b[2A\x1b[0J        solve@a: a remark\n'))
    assert.ok(text.endsWith('\x1b[1A\x1b[0J'), 'nothing live stays')
    for (const line of text.split('\n')) assert.ok(!/^ {2}b/.test(line) || line.length <= 39) // no line wraps
  })

  it('tells rate and time left', () => {
    const one = { since: 0, said: 0, first: { at: 1000, done: 20 }, done: 120, total: 400, unit: 'steps' }
    assert.equal(liveLine('train', one, 5000), '  train  120/400 steps  25/s  about 11.2 s left') // 100 in 4 s
    assert.equal(
      liveLine('train-operators@a-long-name-0', one, 5000, 60), // 60 − 38 of the tail − 4 of space = 18 for the id
      '  train-op…ng-name-0  120/400 steps  25/s  about 11.2 s left',
    )
    assert.equal(liveLine('train', { ...one, done: 20 }, 5000), '  train  20/400 steps')
    assert.equal(liveLine('train', { ...one, first: null }, 61_000), '  train  1 min 1 s')
    assert.deepEqual([59.96, 90, 119.7, 601, 3 * 3600 + 150].map(seconds), [
      '60.0 s',
      '1 min 30 s',
      '2 min 0 s',
      '10 min',
      '3 h 3 min',
    ])
  })
})
