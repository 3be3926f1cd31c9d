/** A process that solves on one thread when it is told to, beside another: it hears of the problems first, then of each range. */
import type { Problems } from './problems.ts'
import { measure, repeated, type Systems, warmUp } from './wall.ts'

let systems: Systems | null = null
process.on('message', async (said: Problems | 'measure') => {
  if (said === 'measure') return process.send!(await measure(systems!, 1))
  systems = repeated(said)
  await warmUp(systems, 1)
  process.send!('ready')
})
