/**
 * Whether a finished profile shows what is known of its models: npm run check:operators [-- profile [data folder]]
 *
 *   npx fieldrank run leaderboard@operators --profile small     first; 90 minutes on 2 cores
 *   npm run check:operators                                     then; a second
 *
 * Prints the published errors beside ours with the epochs used, then each claim and why it holds or fails. Exit code 1
 * when one that others have published fails. Nothing is trained here, and nothing is asserted of absolute numbers: grids, rows and epochs differ.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Board } from '../../reports/board.ts'
import { claimsOf, compared } from './operator-claims.ts'

const [profile = 'small', data = 'data'] = process.argv.slice(2)
const path = join(data, profile, 'reports', 'operators', 'leaderboard.json')
const board = JSON.parse(readFileSync(path, 'utf8')) as Board

console.log(
  'relative L2 on the test split, mean ± standard deviation as published, ± standard error for ours\n',
)
for (const { set, model, error, deviation, dataset, loss, ours, epochs } of compared(board)) {
  const published = `${set}_grid64, 400 epochs: ${error} ± ${deviation}`
  const here =
    ours === null
      ? 'not run'
      : `${dataset}, ${loss}, ${epochs ?? '?'} epochs: ${ours.value.toPrecision(3)} ± ${(ours.stderr ?? Number.NaN).toPrecision(1)}`
  console.log(`${model.padEnd(10)} published ${published.padEnd(46)} here ${here}`)
}
console.log('')
const claims = claimsOf(board)
for (const { says, holds, because, own } of claims)
  console.log(`${holds ? 'holds' : own ? 'not so' : 'FAILS'}  ${says}\n       ${because}`)
process.exitCode = claims.length > 0 && claims.every(({ holds, own }) => holds || own) ? 0 : 1
