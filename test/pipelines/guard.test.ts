import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes, runGuarded } from '../../pipelines/guard.ts'
import { FLOAT, foreignModel } from '../benchmarks/foreign-models.ts'
import { GRID, makeOperators } from '../benchmarks/toy-datasets.ts'
import { temporaryFolder } from '../io/tables.ts'

describe('pipelines/guard', function () {
  this.timeout(120_000)
  const at = temporaryFolder()
  const work = {
    work: 'predict' as const,
    request: {},
    subject: 'mine.onnx',
    limits: { seconds: 60, bytes: 2 ** 32 },
    env: {},
  }

  it('knows the resident memory of a process that lives', async () => {
    const bytes = (await residentBytes(process.pid))!
    const own = process.memoryUsage().rss
    assert.ok(bytes > own / 2 && bytes < own * 2, `${bytes} against ${own}`) // pages come and go in between
    assert.equal(await residentBytes(2 ** 22 + 1), null) // above the greatest id of Linux
  })

  it('says once that it cannot hold the memory back where nothing tells it', async () => {
    const said = await heard(() => assert.rejects(runGuarded(work, async () => null))) // the request is empty
    assert.equal(said, 'mine.onnx: this system does not tell its memory, so --memory has no effect\n')
  })

  it('does not take a process that has just ended for a system that tells nothing', async () => {
    let readings = 0
    const once = async () => (readings++ === 0 ? 1000 : null)
    assert.equal(await heard(() => assert.rejects(runGuarded(work, once))), '')
    assert.ok(readings > 1, 'the child ended before it was read twice')
    const tight = { ...work, limits: { ...work.limits, bytes: 1 } }
    assert.equal(await heard(() => assert.rejects(runGuarded(tight), /took more than/)), '')
  })

  it('leaves no process behind when it is killed while a model runs', async () => {
    await makeOperators(at('fields'))
    await writeFile(at('slow.onnx'), slowModel())
    const options = [
      '--import',
      'tsx',
      'cli/main.ts',
      'predict',
      at('slow.onnx'),
      at('fields'),
      '--out',
      at('late'),
    ]
    const parent = spawn(process.execPath, options, { stdio: 'ignore' })
    const child = await found(parent.pid!)
    parent.kill('SIGKILL')
    try {
      for (let tries = 0; tries < 50 && (await residentBytes(child)) !== null; tries++) await sleep(200)
      assert.equal(await residentBytes(child), null, 'the child outlived its parent by ten seconds')
    } finally {
      kill(child)
    }
  })

  /** The child of `parent` in which the model is at work, known by the half gigabyte that it takes. */
  async function found(parent: number): Promise<number> {
    for (let tries = 0; tries < 300; tries++) {
      for (const pid of childrenOf(parent)) if (((await residentBytes(pid)) ?? 0) > 2 ** 29) return pid
      await sleep(200)
    }
    throw new Error('the model did not begin')
  }
})

function childrenOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
    .flatMap(([pid, above]) => (above === parent ? [pid] : []))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}

/** A hundred tangents, one after another, of 2²⁷ numbers that hang on the input: half a gigabyte, and a minute or more. */
function slowModel(): Uint8Array {
  const steps = Array.from({ length: 100 }, (_, i) => ({ op: 'Tan', inputs: [`t${i}`], output: `t${i + 1}` }))
  return foreignModel({
    inputs: [
      { name: 'k', type: FLOAT, shape: ['B', GRID + 1, GRID + 1] },
      { name: 'rhs', type: FLOAT, shape: ['B', GRID, GRID] },
    ],
    outputs: [{ name: 'x', type: FLOAT, shape: ['B', GRID, GRID] }],
    constants: [{ name: 'sides', shape: [1], values: BigInt64Array.of(2n ** 27n) }],
    nodes: [
      { op: 'ReduceSum', inputs: ['rhs'], output: 'one' }, // [1, 1, 1]
      { op: 'Expand', inputs: ['one', 'sides'], output: 't0' }, // [1, 1, 2²⁷]
      ...steps,
      { op: 'ReduceSum', inputs: ['t100'], output: 'sum' }, // [1, 1, 1]
      { op: 'Add', inputs: ['rhs', 'sum'], output: 'x' },
    ],
  })
}

/** What is written to stderr meanwhile. */
async function heard(act: () => Promise<unknown>): Promise<string> {
  const write = process.stderr.write
  let said = ''
  process.stderr.write = ((text: string) => {
    said += text
    return true
  }) as typeof write
  try {
    await act()
  } finally {
    process.stderr.write = write
  }
  return said
}
