/** The bench of splits as a process, small: killed, it goes on; stopped, it leaves nothing; with too much memory, it fails. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const script = join(import.meta.dirname, '../split.ts')

describe('npm run bench:split', function () {
  this.timeout(240_000) // three runs of three processes each
  let root: string
  let running: ChildProcess | undefined
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bench '))
  })
  afterEach(async () => {
    running?.kill('SIGKILL')
    await rm(root, { recursive: true, force: true })
  })

  const start = (...args: string[]) => {
    const env = { ...process.env, TMPDIR: root }
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { env })
    running = child
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => void (text += bytes))
    const ended = new Promise<{ code: number | null; text: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, text })),
    )
    return { child, ended }
  }
  const until = async (isSo: () => Promise<boolean>, { child }: { child: ChildProcess }) => {
    while (!(await isSo())) {
      assert.equal(child.exitCode, null, 'it ended too early')
      await sleep(10)
    }
  }

  it('goes on in the folder where it was killed, says so, and fails above the memory it may have', async () => {
    const args = ['--rows', '3e4', '--folder', join(root, 'kept'), '--most', '1e6']
    const first = start(...args)
    const journal = join(root, 'kept/bench-split-30000/.journal/split.jsonl')
    await until(async () => (await readFile(journal, 'utf8').catch(() => '')).includes('"log"'), first)
    first.child.kill('SIGKILL')
    await first.ended
    const { code, text } = await start(...args).ended
    assert.match(text, /interactions is whole/)
    assert.match(text, /split goes on where it was killed, after log/)
    assert.match(text, /both hold \d+ events of training/)
    assert.match(text, /split: held \d\.\d\d GB of memory, expected at most 0\.00 GB/)
    assert.doesNotMatch(text, /times as long/) // of a rest that would say nothing
    assert.equal(code, 1)
    assert.deepEqual(await readdir(join(root, 'kept')), [])
  })

  it('leaves nothing among the temporary files when it is stopped', async () => {
    const run = start('--rows', '1e6')
    const folders = async () => (await readdir(root)).filter((name) => name.startsWith('bench-split-'))
    await until(async () => {
      const [folder] = await folders()
      return folder !== undefined && (await readdir(join(root, folder))).includes('.journal')
    }, run)
    run.child.kill('SIGTERM')
    const { code } = await run.ended
    assert.equal(code, 128 + 15)
    assert.deepEqual(await folders(), [])
  })
})
