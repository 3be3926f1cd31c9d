/**
 * Where the time of track operators in profile `small` goes: npm run bench:small [-- model …]
 * Two trainings of each model at once, as --jobs 2 has them, for some steps: processor time of the start (imports, trace, sessions),
 * of a step and of a batch predicted, the least of five rounds in which the models take turns. From these what all trainings
 * of the profile come to, on two cores with nothing else to do. Left out: reading rows, writing results, the lists of the report.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { KEEP_MEMORY } from '../../pipelines/executors/child.ts'
import { predictions, smallCases, steps, timesTrained } from './small-models.ts'

const [ROUNDS, STEPS, AT_ONCE] = [5, 12, 2]
const asked = process.argv.slice(2)
const names = Object.keys(smallCases).filter((name) => asked.length === 0 || asked.includes(name))

interface Times {
  start: number
  step: number
  predict: number
}

console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}; Node ${process.version}`,
)
const least = new Map<string, Times>()
for (let round = 0; round < ROUNDS; round++)
  for (const name of names) {
    const pair = Array.from({ length: AT_ONCE }, () => start(name))
    const found = await Promise.all(pair.map(({ times }) => times))
    for (const times of found) least.set(name, lesser(times, least.get(name)))
  }
report()

function start(name: string): { times: Promise<Times> } {
  const file = join(import.meta.dirname, 'small-training.ts')
  const env = { ...KEEP_MEMORY, PATH: process.env.PATH }
  const child = spawn(process.execPath, ['--import', 'tsx', file, name], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return { times: ask(child) }
}

async function ask(child: ChildProcess): Promise<Times> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const { start } = JSON.parse((await lines.next()).value!)
  child.stdin!.write(`${STEPS}\n`)
  const { step, predict } = JSON.parse((await lines.next()).value!)
  child.stdin!.end()
  return { start, step, predict }
}

function lesser(times: Times, known: Times = times): Times {
  const least = (key: keyof Times) => Math.min(times[key], known[key])
  return { start: least('start'), step: least('step'), predict: least('predict') }
}

function report(): void {
  console.log('model       trainings  start s  step ms  valid ms  a training s  all, minutes on two cores')
  let total = 0
  for (const [name, { start, step, predict }] of least) {
    const seconds = (start + steps * step + predictions * predict) / 1000
    const minutes = (seconds * timesTrained(name)) / 60 / AT_ONCE
    total += minutes
    const cells = [
      timesTrained(name),
      (start / 1000).toFixed(1),
      step.toFixed(1),
      predict.toFixed(1),
      seconds.toFixed(0),
      minutes.toFixed(1),
    ]
    console.log(
      `${name.padEnd(11)} ${cells.map((cell, i) => String(cell).padStart([9, 8, 8, 9, 13, 26][i]!)).join(' ')}`,
    )
  }
  console.log(
    `all of them ${total.toFixed(1)} minutes; ${steps} steps and ${predictions} batches predicted a training`,
  )
}
