/** The whole of pipeline.yaml at its smallest, as a user runs it: the same bytes whatever happens on the way. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashTree, listFiles } from '../../io/files.ts'
import { compiledCli } from '../pipelines/compiled.ts'
import { killAtRandom, runFor } from '../pipelines/killing.ts'

const KILLS = 20
const seed = randomInt(2 ** 32)

/** What is hashed: all that was made. What was merely measured (cost.json, and the tables that show it) is not. */
const MADE = ['fields', 'interactions', 'datasets', 'runs', 'scores']

/** Of the cards what shows no time. */
async function cards(root: string): Promise<string[]> {
  const files = existsSync(join(root, 'cards')) ? await listFiles(join(root, 'cards')) : []
  return files.filter((file) => !/card\.(md|html)$/.test(file)).map((file) => `cards/${file}`)
}

describe('the main job at tiny size', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldrank-tiny-'))
  const command = (data: string, ...more: string[]) => {
    const options = ['--file', 'pipeline.yaml', '--profile', 'tiny', '--data', join(folder, data)]
    return [process.execPath, compiledCli(), 'run', ...options, ...more]
  }
  const made = async (data: string) => {
    const root = join(folder, data, 'tiny')
    return Promise.all([
      ...MADE.map(async (name) => [name, await hashTree(join(root, name))] as const),
      ...(await cards(root)).map(async (file) => [file, await hashTree(join(root, file))] as const),
    ])
  }
  let expected: Awaited<ReturnType<typeof made>>
  let seconds = 0

  before(async function () {
    this.timeout(300_000)
    compiledCli()
    const start = performance.now()
    await runFor(command('undisturbed'), null)
    seconds = (performance.now() - start) / 1000
    expected = await made('undisturbed')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('makes every kind of file', async () => {
    for (const [name, hash] of expected) assert.ok(hash !== null, `${name} is missing`)
    assert.equal(expected.filter(([name]) => name.endsWith('/card.json')).length, 4)
    const files = await listFiles(join(folder, 'undisturbed', 'tiny'))
    const runs = files
      .filter((file) => /^runs\/operators\/[^/]+\/[^/]+\//.test(file))
      .map((file) => file.split('/').pop())
    for (const name of [
      'predictions.parquet',
      'run.json',
      'cost.json',
      'weights.safetensors',
      'model.onnx',
      'history.csv',
    ]) {
      assert.ok(runs.includes(name), `${name} is missing`)
    }
    assert.ok(
      !files.some((file) => file.includes('.partial') || file.endsWith('.tmp')),
      'nothing half-made is left',
    )
    const page = readFileSync(join(folder, 'undisturbed', 'tiny', 'report', 'index.html'), 'utf8')
    assert.match(page, /gaussian0\.4_grid8/)
    assert.match(page, /zipf_leave-one-out/)
  })

  it('has nothing to do a second time', async () => {
    const { output } = await runFor(command('undisturbed'), null)
    assert.match(output, /^nothing to do: \d+ stages are up to date/)
  })

  it('makes the same bytes one stage at a time as two at once', async function () {
    this.timeout(300_000)
    await runFor(command('alone', '--jobs', '1'), null)
    assert.deepEqual(await made('alone'), expected)
  })

  it(`makes the same bytes when killed ${KILLS} times at random moments (seed ${seed})`, async function () {
    this.timeout(900_000)
    const root = join(folder, 'killed', 'tiny')
    const whole = async () => {
      assert.deepEqual(await made('killed'), expected)
      rmSync(root, { recursive: true })
    }
    await killAtRandom(command('killed'), { kills: KILLS, seed, within: seconds * 1100, whole })
    assert.deepEqual(await made('killed'), expected)
    assert.ok(!existsSync(join(root, 'run.lock')), 'no claim is left')
  })
})
