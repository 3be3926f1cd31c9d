import assert from 'node:assert/strict'
import { once } from 'node:events'
import { forkEntry } from '../../../pipelines/executors/fork-entry.ts'

describe('pipelines/executors/fork-entry', function () {
  this.timeout(60_000)

  it('has the system end a child after so much work, whatever it is at', async () => {
    const child = forkEntry(new URL('./turning', import.meta.url), {}, { cpuSeconds: 1 })
    const [code, signal] = await once(child, 'exit')
    assert.equal(code, null)
    assert.match(signal, /^SIG(XCPU|KILL)$/) // macOS warns, Linux kills: the soft limit is the hard one
  })
})
