import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'

describe('io/freed-memory', () => {
  it('lets new arrays lie where freed ones were', () => {
    // Page faults are counted by the system. Without it, with glibc: 0.04 to 0.7 a page, up to 1 beside other work; with it 0.01 at most.
    const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
    const most = header.glibcVersionRuntime === undefined ? 1 : 0.03
    const faults = faultsOfPages()
    assert.ok(faults <= most, `${faults} faults a page`)
  })
})

/** Faults for each 4 KiB page of arrays that are made, written and dropped, one of 1 MiB after another. */
function faultsOfPages(): number {
  const module = new URL('../../io/freed-memory.ts', import.meta.url).href
  const script = `
    const { keepFreedMemory } = await import(${JSON.stringify(module)})
    keepFreedMemory()
    const make = async (turns) => {
      for (let turn = 0; turn < turns; turn++) {
        new Uint8Array(Buffer.allocUnsafeSlow(2 ** 20).buffer).fill(1)
        if (turn % 4 === 3) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await make(200)
    const before = process.resourceUsage().minorPageFault
    await make(200)
    console.log((process.resourceUsage().minorPageFault - before) / 200 / 256)`
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', script]
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}
