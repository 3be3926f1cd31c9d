import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { openPool, type Pool, type PoolOptions } from '../../kernels/pool.ts'
import { toyKernel } from './toy.ts'

describe('kernels/pool', () => {
  let toy: URL
  let pools: Pool[] = []
  before(async () => {
    toy = await toyKernel()
  })
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.close()))
    pools = []
  })
  const open = (options: Partial<PoolOptions> = {}) => {
    const pool = openPool(toy, { bytes: 1024, workers: 2, ...options })
    pools.push(pool)
    return pool
  }
  /** Doubles numbers in the memory of whatever seat is free. */
  const double = (pool: Pool, numbers: readonly number[]) =>
    pool.use(async ({ memory, heap, call }) => {
      const array = new Float64Array(memory.buffer, heap, numbers.length)
      array.set(numbers)
      const sum = await call('double', heap, numbers.length)
      return { sum, numbers: [...array] }
    })

  for (const workers of [1, 2, 3]) {
    const what = `workers: ${workers}`
    it(`answers each job with its own result (${what})`, async () => {
      const pool = open({ workers })
      assert.equal(pool.workers, workers)
      const inputs = Array.from({ length: 50 }, (_, i) => [i, i + 1, 2 * i])
      const results = await Promise.all(inputs.map((input) => double(pool, input)))
      for (const [i, { sum, numbers }] of results.entries()) {
        assert.deepEqual(numbers, [2 * i, 2 * i + 2, 4 * i])
        assert.equal(sum, 8 * i + 2)
      }
    })

    it(`lends each seat to one job at a time (${what})`, async () => {
      const pool = open({ workers })
      const held = new Set<unknown>()
      let most = 0
      const job = () =>
        pool.use(async ({ memory, call }) => {
          assert.ok(!held.has(memory))
          held.add(memory)
          most = Math.max(most, held.size)
          await call('nothing')
          held.delete(memory)
        })
      await Promise.all(Array.from({ length: 20 }, job))
      assert.equal(most, workers)
    })

    it(`tells of a trap to that call alone (${what})`, async () => {
      const pool = open({ workers })
      await assert.rejects(
        pool.use((seat) => seat.call('fall')),
        /unreachable/,
      )
      await assert.rejects(
        pool.use((seat) => seat.call('fly')),
        /no function 'fly'/,
      )
      await assert.rejects(
        pool.use(async () => {
          throw new Error('a mistake of the job')
        }),
        /a mistake of the job/,
      )
      for (let i = 0; i < 4; i++) assert.equal((await double(pool, [1])).sum, 2)
    })

    it(`ends with the signal, and when closed (${what})`, async () => {
      const stop = new AbortController()
      const pool = open({ workers, signal: stop.signal })
      await double(pool, [1])
      const waiting = Array.from({ length: 5 }, () => pool.use(() => new Promise(() => {})))
      // the seats are lent for ever: those who wait for one hear of the end
      const last = Promise.all(waiting.slice(workers))
      stop.abort(new Error('called off'))
      await assert.rejects(last, /called off/)
      await assert.rejects(double(pool, [1]), /called off/)
      const other = open({ workers })
      await other.close()
      await assert.rejects(double(other, [1]), /it was closed/)
      assert.throws(() => stop.signal.throwIfAborted(), /called off/)
      await assert.rejects(double(open({ workers, signal: stop.signal }), [1]), /called off/)
    })
  }

  it('stops a thread in the middle of a call', async () => {
    const stop = new AbortController()
    const pool = open({ signal: stop.signal })
    const endless = [1, 2].map(() => pool.use((seat) => seat.call('spin', seat.heap)))
    setTimeout(() => stop.abort(new Error('called off')), 20)
    for (const call of endless) await assert.rejects(call, /called off/)
  })

  for (const [what, end] of [
    ['the end of a thread', (_: Pool, threads: Worker[]) => threads[0]!.terminate()],
    ['close', (pool: Pool) => pool.close()],
  ] as const) {
    it(`tells of ${what} to calls in the middle and to those who wait`, async () => {
      const threads: Worker[] = []
      const { postMessage } = Worker.prototype
      Worker.prototype.postMessage = function (this: Worker, message: unknown) {
        threads.push(this)
        postMessage.call(this, message)
      }
      const pool = open()
      const jobs = [1, 2, 3, 4].map(() => pool.use((seat) => seat.call('spin', seat.heap)))
      const told = Promise.allSettled(jobs)
      await setImmediate()
      Worker.prototype.postMessage = postMessage
      assert.equal(threads.length, 2)
      await end(pool, threads)
      for (const result of await told) {
        assert.equal(result.status, 'rejected')
        assert.match(String((result as PromiseRejectedResult).reason), /a thread ended|it was closed/)
      }
      await assert.rejects(double(pool, [1]), /a thread ended|it was closed/)
    })
  }

  it('lets a process end that forgot to close it', () => {
    const script = `
      import { openPool } from ${JSON.stringify(new URL('../../kernels/pool.ts', import.meta.url).href)}
      const pool = openPool(new URL(${JSON.stringify(toy.href)}), { bytes: 64, workers: 2 })
      console.log(await pool.use((seat) => seat.call('double', seat.heap, 1)))`
    const flags = ['--import', 'tsx', '--input-type=module', '--eval', script]
    assert.equal(`${execFileSync(process.execPath, flags)}`.trim(), '0')
  })

  it('runs from compiled code as from sources', () => {
    // dist/ is there: `npm test` builds before it tests
    const built = new URL('../../dist/kernels/pool.js', import.meta.url)
    const script = `
      import { openPool } from ${JSON.stringify(built.href)}
      const pool = openPool(new URL(${JSON.stringify(toy.href)}), { bytes: 64, workers: 2 })
      console.log(await pool.use((seat) => seat.call('double', seat.heap, 1)))
      await pool.close()`
    const text = execFileSync(process.execPath, ['--input-type=module', '--eval', script])
    assert.equal(`${text}`.trim(), '0', fileURLToPath(built))
  })
})
