/**
 * One training step of this engine, again and again on request: a child of train.ts.
 * argv: case, threads. stdin: a number of steps a line. stdout: a JSON line when ready, and one for each request.
 */
import { createInterface } from 'node:readline'
import { compileStep } from '../../tensor/engine.ts'
import { batchOf, cases } from './train-models.ts'

const [name, threads] = process.argv.slice(2)
const it = await cases[name!]!()
const [begun, idle] = [performance.now(), process.cpuUsage()]
const step = await compileStep(
  { ...it, optimizer: { name: 'adam' } },
  { device: 'cpu', threads: Number(threads) },
)
const compiled = performance.now() - begun
const compiledCpu = millisecondsSince(idle)
const batch = batchOf(it)
let parameters = 0
for (const { data } of it.weights.values()) parameters += data.length
say({ version: process.version, parameters, compiled, compiledCpu })

for await (const line of createInterface({ input: process.stdin })) {
  const [wall, cpu]: [number[], number[]] = [[], []]
  let loss = Number.NaN
  for (let i = 0; i < Number(line); i++) {
    const [before, start] = [process.cpuUsage(), performance.now()]
    loss = await step.run(batch, {}, 1e-3)
    wall.push(performance.now() - start)
    cpu.push(millisecondsSince(before))
  }
  say({ wall, cpu, loss, peak: process.resourceUsage().maxRSS / 1024 })
}

/** Of processor time, of all threads. */
function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
