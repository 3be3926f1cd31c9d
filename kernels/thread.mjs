/** What a thread does: calls of its kernel, and sheets, of which it takes one call after another until none is left. */
import { parentPort, workerData } from 'node:worker_threads'
import { step } from './step.mjs'

const { exports } = new WebAssembly.Instance(workerData.module, { env: { memory: workerData.memory } })
const kernel = { memory: workerData.memory, call: (name, ...args) => exports[name](...args) ?? 0 }

parentPort.on('message', ({ name, args, sheet, next }) => {
  try {
    parentPort.postMessage({ value: sheet === undefined ? kernel.call(name, ...args) : work(sheet, next) })
  } catch (error) {
    parentPort.postMessage({ error: `kernel: ${name ?? sheet.name}: ${error.message}` })
  }
})

function work(sheet, next) {
  for (;;) {
    const first = Atomics.add(next, 0, sheet.lanes)
    if (first >= sheet.items.length) return 0
    step(kernel, sheet, first)
  }
}
