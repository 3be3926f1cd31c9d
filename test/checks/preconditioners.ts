/**
 * `npm run check:preconditioners`: steps of classical methods against counts known for PreCorrector's sets (arXiv:2405.15557), by its
 * protocol: x₀ ~ N(0, I), absolute ‖r‖, matrices with their (n+1)². Minutes; one line a case, exit code 1 if one is further off than
 * max(3, 3 %). `-- --grids 32,64` takes fewer, `-- --systems 4` averages over fewer rows than 8 (k = 1: always one).
 */
import { parseArgs } from 'node:util'
import { allowed, CASES, iterations, nameOf, THRESHOLD_CASES } from './iterations.ts'

const { values: flags } = parseArgs({
  options: {
    grids: { type: 'string', default: '32,64,128' },
    systems: { type: 'string', default: '8' },
    seed: { type: 'string', default: '42' },
  },
})
const grids = flags.grids.split(',').map(Number)
const wanted = [...CASES, ...THRESHOLD_CASES].filter(({ grid }) => grids.includes(grid))

let failed = 0
console.log('case                         to 1e-3/1e-6/1e-9/1e-12       known')
for (const one of wanted) {
  const found = await iterations(one, one.level === null ? 1 : Number(flags.systems), Number(flags.seed))
  const holds = one.known.every((known, t) => Math.abs(found[t]! - known) <= allowed(known))
  if (!holds) failed++
  const shown = (counts: readonly number[]) => counts.map((count) => Number(count.toFixed(1))).join('/')
  console.log(
    `${nameOf(one).padEnd(29)}${shown(found).padEnd(30)}${shown(one.known)}${holds ? '' : '  FAILED'}`,
  )
}
console.log(failed === 0 ? 'all within max(3, 3 %)' : `${failed} cases further off than max(3, 3 %)`)
process.exit(failed === 0 ? 0 : 1)
