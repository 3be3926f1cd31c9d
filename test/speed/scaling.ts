/**
 * npm run bench:scaling: what a row of each stage costs on one core of this machine, and by that what whole sets take on
 * 1, 10 and 100 nodes (docs/scaling.md has the arithmetic and a run of this). It measures rows, never a cluster: the seconds a
 * task waits for the scheduler are told with `--latency`, and `npm run test:slurm` measures those of a real one.
 *
 *   npm run bench:scaling -- [--cores 16] [--latency 2] [--poll 5] [--grids 64,128,256,512,1024] [--log 1e6]
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { costOfFields, costOfLog, type FieldCost } from './scaling/measure.ts'
import { type Cluster, inWords, stageSeconds } from './scaling/project.ts'

const { values: flags } = parseArgs({
  options: {
    cores: { type: 'string', default: '16' },
    latency: { type: 'string', default: '2' },
    poll: { type: 'string', default: '5' },
    grids: { type: 'string', default: '64,128,256,512,1024' },
    log: { type: 'string', default: '1e6' },
  },
})
const [cores, latency, poll] = [Number(flags.cores), Number(flags.latency), Number(flags.poll)]
const NODES = [1, 10, 100]
const PER_SHARD = 50

console.log(`${cpus()[0]!.model.trim()}, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`)
const costs: FieldCost[] = []
console.log('\ncubic, variance 1       fields                solve, certify, write')
console.log('     n    rows     ms/row    kB/row      ms/row    kB/row')
for (const grid of flags.grids.split(',').map(Number)) {
  const rows = Math.max(4, Math.min(200, Math.round(200 * (64 / grid) ** 2)))
  const cost = await costOfFields(grid, rows)
  costs.push(cost)
  const [f, s] = [cost.fields, cost.solve]
  console.log(
    [grid, rows].map((value) => String(value).padStart(6)).join('  ') +
      [f.cpu * 1e3, f.bytes / 1e3, s.cpu * 1e3, s.bytes / 1e3]
        .map((value) => value.toFixed(1).padStart(11))
        .join(''),
  )
}

console.log(`\n10,000 rows in shards of ${PER_SHARD}, ${cores} cores a node, ${latency} s until a task runs`)
console.log(`     n       GB  ${NODES.map((nodes) => `${nodes} nodes`.padStart(10)).join('')}`)
for (const cost of costs) {
  const gigabytes = (1e4 * (cost.fields.bytes + cost.solve.bytes)) / 1e9
  const times = NODES.map((nodes) => inWords(bothStages(cost, 1e4, { nodes, cores, latency, poll })))
  console.log(
    `${String(cost.grid).padStart(6)}${gigabytes.toFixed(1).padStart(9)}  ${times.map((time) => time.padStart(10)).join('')}`,
  )
}

const rows = Number(flags.log)
const { make, split } = await costOfLog(rows)
console.log(`\na log of ${make.rows.toLocaleString('en')} interactions: one task each, on one node`)
console.log('  stage      rows/s    bytes/row     10⁹ rows        GB')
for (const [name, cost] of Object.entries({ make, split })) {
  const [rate, bytes] = [1 / cost.wall, cost.bytes]
  console.log(
    `  ${name.padEnd(7)}${rate.toFixed(0).padStart(10)}${bytes.toFixed(1).padStart(13)}` +
      `${inWords(1e9 * cost.wall).padStart(13)}${bytes.toFixed(0).padStart(10)}`,
  )
}

function bothStages({ fields, solve }: FieldCost, count: number, cluster: Cluster): number {
  return [fields, solve]
    .map(({ cpu }) => stageSeconds({ rows: count, cpu, perShard: PER_SHARD }, cluster))
    .reduce((sum, seconds) => sum + seconds)
}
