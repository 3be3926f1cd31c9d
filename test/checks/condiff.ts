/**
 * `npm run check:condiff`: the ConDiff sets at full size against what is known of them. Minutes; one line per item, exit code 1 if
 * anything fails. `-- --fields 1000` draws more fields per law, `-- --rows 6` makes more rows per set.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, contrastsOf, KNOWN } from './contrasts.ts'
import { allowed, CASES, iterations, nameOf } from './iterations.ts'
import { MANUFACTURED, orders } from './orders.ts'
import { checkSet, setsOf } from './sets.ts'

const SEED = 42
/** 99 comparisons of contrasts; at 1e-4 each, one of them fails by chance in 1 % of seeds. The seed is fixed. */
const CHANCE = 1e-4
const LARGEST_Z = 3.89 // of N(0, 1), two-sided

const { values } = parseArgs({ options: { fields: { type: 'string' }, rows: { type: 'string' } } })
const fields = Number(values.fields ?? 400)
const rows = Number(values.rows ?? 3)
if (!(Number.isInteger(fields) && fields >= 200 && Number.isInteger(rows) && rows >= 1)) {
  console.error('check:condiff: --fields must be a whole number from 200, --rows from 1')
  process.exit(2)
}

let checks = 0
let failed = 0
await contrasts()
await order()
await counts()
await sets()
console.log(`\n${checks - failed} of ${checks} checks passed`)
process.exit(failed === 0 ? 0 : 1)

function line(columns: readonly (string | number)[], holds: boolean): void {
  checks++
  if (!holds) failed++
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${columns.join('  ')}`)
}

async function contrasts(): Promise<void> {
  console.log(`Contrast of ${fields} fields a law (seed ${SEED}) against 200 known ones.`)
  console.log(
    'z of the 10, 50, 90 % quantiles; fields in the window, known share, p of the difference (Fisher)',
  )
  const sums = [0, 0, 0]
  for (const known of KNOWN) {
    const { z, p, accepted } = compare(await contrastsOf(known, fields, SEED), known)
    for (const [q, value] of z.entries()) sums[q]! += value / Math.sqrt(KNOWN.length)
    const law = `${known.covariance} ${known.grid} ${known.variance}`.padEnd(20)
    const share = `${((100 * accepted) / fields).toFixed(1)} %`.padStart(7)
    const theirs = `${(known.accepted / 2).toFixed(1)} %`.padStart(7)
    const holds = z.every((value) => Math.abs(value) < LARGEST_Z) && p > CHANCE
    line([law, ...z.map((value) => value.toFixed(2).padStart(5)), share, theirs, p.toFixed(4)], holds)
  }
  const all = sums.map((value) => value.toFixed(2).padStart(5))
  line(
    ['all laws together'.padEnd(20), ...all],
    sums.every((value) => Math.abs(value) < LARGEST_Z),
  )
}

async function order(): Promise<void> {
  console.log('\nOrder of accuracy on 15, 31, 63, 127 nodes a side: 2 ± 0.1')
  for (const problem of MANUFACTURED) {
    const found = await orders(problem, 15, 4)
    const holds = found.every((value) => Math.abs(value - 2) <= 0.1)
    line([problem.name.padEnd(40), ...found.map((value) => value.toFixed(3))], holds)
  }
}

async function counts(): Promise<void> {
  console.log('\nIterations to ‖r‖ ≤ 1e-3, 1e-6, 1e-9, 1e-12, mean of 8 systems; known; within max(3, 3 %)')
  for (const one of CASES) {
    const found = await iterations(one, 8, SEED)
    const holds = found.every((value, t) => Math.abs(value - one.known[t]!) <= allowed(one.known[t]!))
    line(
      [
        nameOf(one).padEnd(22),
        found
          .map((value) => value.toFixed(1))
          .join('/')
          .padEnd(24),
        one.known.join('/'),
      ],
      holds,
    )
  }
}

async function sets(): Promise<void> {
  console.log(
    `\nPublished sets, ${rows} rows each: made, solved, read back. Residual by other code (≤ 1e-10); relative distance to`,
  )
  console.log(
    'another solver (≤ 1e-8); least ratio of bound to reference, algebraic and majorant (≥ 1); rows made again',
  )
  const root = mkdtempSync(join(tmpdir(), 'fieldrank-check-'))
  try {
    for (const set of setsOf('full')) {
      const { problems, residual, distance, algebraic, majorant } = await checkSet(set, rows, root)
      const holds =
        problems.length === 0 && residual <= 1e-10 && distance <= 1e-8 && algebraic >= 1 && majorant >= 1
      const numbers = [
        residual.toExponential(1),
        distance.toExponential(1),
        algebraic.toFixed(1).padStart(6),
        majorant.toFixed(3),
      ]
      line([set.name.padEnd(22), ...numbers, problems[0] ?? 'equal'], holds)
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
