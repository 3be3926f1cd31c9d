/**
 * All that is tried against fieldrank, at full size: inputs tried, faults injected, violations, which must be 0.
 * `npm run check:faults -- network E2 --count 100` runs one group and one check more, each that often at most.
 */
import { parseArgs } from 'node:util'
import { rng } from '../../math/rng.ts'
import { type Check, groups } from '../faults/checks.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string' } },
})
const most = values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count)
const sum = { inputs: 0, faults: 0, violations: 0 }

async function report(check: Check): Promise<void> {
  const count = Math.min(check.full, most)
  const start = performance.now()
  const { inputs, faults, violations } = await check.run(
    count,
    rng(Number(values.seed), 'faults', check.name),
  )
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
  line(check.name, String(inputs), String(faults), String(violations.length), took)
  for (const one of violations.slice(0, 20)) process.stdout.write(`    ${one}\n`)
  sum.inputs += inputs
  sum.faults += faults
  sum.violations += violations.length
}

function line(...[name, ...cells]: string[]): void {
  process.stdout.write(`${name!.padEnd(44)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
}

process.stdout.write(`seed ${values.seed}\n`)
line('', 'inputs', 'faults', 'violations', 'time')
for (const [name, { checks }] of await groups()) {
  for (const check of checks) {
    const isAsked = [name, check.name.split(' ')[0]!].some((one) => positionals.includes(one))
    if (isAsked || positionals.length === 0) await report(check)
  }
}
line('all', String(sum.inputs), String(sum.faults), String(sum.violations))
process.exitCode = sum.violations > 0 ? 1 : 0
