/**
 * A training of profile `small`, some steps of it: a child of small.ts. argv: model. stdin: a number of steps a line. stdout: a JSON
 * line when it is ready, and one for each request. All times are milliseconds of processor time.
 */
import { createInterface } from 'node:readline'
import { compileForward, compileStep } from '../../tensor/engine.ts'
import { smallCases } from './small-models.ts'
import { batchOf } from './train-models.ts'

const it = await smallCases[process.argv[2]!]!()
const engine = { device: 'cpu', threads: 1 } as const
const step = await compileStep({ ...it, optimizer: { name: 'adam' } }, engine)
const { target, ...input } = it.feeds
const forward = await compileForward({ ...it, feeds: input }, engine)
const { target: known, ...fed } = batchOf(it)
say({ start: used() })

for await (const line of createInterface({ input: process.stdin })) {
  const [taken, predicted]: [number[], number[]] = [[], []]
  for (let i = 0; i < Number(line); i++)
    taken.push(await timed(() => step.run({ ...fed, target: known! }, {}, 1e-3)))
  const weights = await step.weights()
  for (let i = 0; i < 4; i++) predicted.push(await timed(() => forward.run(fed, weights)))
  say({ step: median(taken), predict: median(predicted) })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = used()
  await work()
  return used() - before
}

/** By all threads of this process, since it began. */
function used(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
